/**
 * A pause between two tries, which a person may cut short.
 */

export class Pause {
  constructor() {
    /** @type {{end: number, cutShort: () => void}} */
    this.state = { end: 0, cutShort: () => undefined };
  }

  /** Whole seconds that are left of it, 0 when it is over. */
  get seconds() {
    return Math.max(0, Math.ceil((this.state.end - performance.now()) / 1000));
  }

  /** Begin it anew; over when the time is, or when it is cut short. @param {number} seconds @returns {Promise<void>} */
  take(seconds) {
    this.state.end = performance.now() + seconds * 1000;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.state.cutShort = () => {
        clearTimeout(timer);
        this.state.end = 0;
        resolve();
      };
    });
  }

  cutShort() {
    this.state.cutShort();
  }
}
