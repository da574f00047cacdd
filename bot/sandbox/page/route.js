/** Who one acts as and where, kept in the address, so that a reload, a bookmark or a second tab opens the same. */

/** @returns {{as: string|null, place: string|null}} */
export function readRoute() {
  const [, as, place] = decodeURIComponent(location.hash).split("/");
  return { as: as || null, place: place || null };
}

export function writeRoute(as, place) {
  const hash = `#/${encodeURIComponent(as)}/${encodeURIComponent(place ?? "")}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
