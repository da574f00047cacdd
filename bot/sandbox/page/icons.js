/** The page's own line icons, drawn as SVG so that they take the colour of their text and need no font. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: ["M9 4 7 20", "M17 4l-2 16", "M4.5 9h16", "M3.5 15h16"],
  shared: ["M8.5 12a3.5 3.5 0 1 0 0-.01", "M15.5 12a3.5 3.5 0 1 0 0-.01"],
  key: ["M11.5 12.5 20 4", "M16 8l3 3", "M7.5 20a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Z"],
  home: ["M4 11.5 12 4l8 7.5", "M6 10v10h12V10", "M10 20v-6h4v6"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z"],
  copy: ["M9 9h11v11H9Z", "M5 15H4V4h11v1"],
  check: ["M4.5 12.5 10 18 19.5 6.5"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  send: ["M4 12h15", "M13 6l6 6-6 6"],
  log: ["M5 4h14v16H5Z", "M8.5 9h7", "M8.5 12.5h7", "M8.5 16h4"],
  alert: ["M12 4 2.5 20h19Z", "M12 10v4.5", "M12 17.3v.1"],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  caret: ["M7 10l5 5 5-5"],
  reply: ["M9 7 4 12l5 5", "M4 12h10a6 6 0 0 1 6 6"],
  bolt: ["M13 3 5 14h6l-1 7 8-11h-6Z"],
  bulb: ["M9 17h6", "M10 20.5h4", "M8.5 14.5a6 6 0 1 1 7 0L15 17H9Z"],
};

/** A decorative icon: the text beside it, or the label of its button, says what it means. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const line of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
