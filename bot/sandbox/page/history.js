/** What each person has sent, to be had again with the arrow keys, like in a terminal. Kept while the page is open. */

export class History {
  #sent = new Map();
  #back = 0;
  #unsent = "";

  /** Remembers a line that was sent; the same line twice in a row is one. */
  push(person, line) {
    const lines = this.#lines(person);
    if (lines.at(-1) !== line) lines.push(line);
    this.reset();
  }

  /** One line further back, or `null` at the oldest. `typed` is kept for the way forward. */
  older(person, typed) {
    const lines = this.#lines(person);
    if (this.#back >= lines.length) return null;
    if (this.#back === 0) this.#unsent = typed;
    this.#back += 1;
    return lines[lines.length - this.#back];
  }

  /** One line forward, at the end what had been typed; `null` if one never went back. */
  newer(person) {
    if (this.#back === 0) return null;
    const lines = this.#lines(person);
    this.#back -= 1;
    return this.#back === 0 ? this.#unsent : lines[lines.length - this.#back];
  }

  reset() {
    this.#back = 0;
    this.#unsent = "";
  }

  #lines(person) {
    if (!this.#sent.has(person)) this.#sent.set(person, []);
    return this.#sent.get(person);
  }
}
