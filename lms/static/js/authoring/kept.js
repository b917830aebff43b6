// What was typed stays on this device until it is saved or thrown away: a lost line or an ended sign-in loses nothing.

export class Kept {
  constructor(name) {
    this.name = name;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name));
    } catch {
      return null;
    }
  }

  /** Keep a document; say whether the device has room for it. */
  write(document) {
    try {
      localStorage.setItem(this.name, JSON.stringify({ document, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // nothing was kept then
    }
  }
}
