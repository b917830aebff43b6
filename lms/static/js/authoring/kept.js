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

  /** Keep a document with the state of the activity (`seen`) that its author saw; say whether the device has room for it. */
  write(document, seen = "") {
    try {
      localStorage.setItem(this.name, JSON.stringify({ document, seen, at: Date.now() }));
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
