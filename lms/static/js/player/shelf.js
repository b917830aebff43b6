// Where do things wait until they are sent? On the device: IndexedDB, else localStorage, else memory; the same few calls.

const DATABASE = "lms-player";
const STORE = "queue";
const PREFIX = "lms-queue:";
const MOST_KEPT = 2000; // entries: some weeks of reading without a connection

/** Open the best shelf that this browser offers. */
export async function openShelf() {
  try {
    return new BoundedShelf(new DatabaseShelf(await openDatabase()));
  } catch {
    return new BoundedShelf(openPlainShelf());
  }
}

/** A shelf with a limit. An entry for which the device has no room is `loose`: it is sent all the same, as long as its page is open. */
export class BoundedShelf {
  constructor(shelf, most = MOST_KEPT) {
    Object.assign(this, { shelf, most });
    this.loose = new Map();
  }

  async put(entry) {
    try {
      if (!(await this.shelf.has(entry.id)) && (await this.shelf.count()) >= this.most) throw new Error("full");
      await this.shelf.put(entry);
      this.loose.delete(entry.id);
    } catch {
      if (this.loose.size < this.most) this.loose.set(entry.id, entry);
    }
  }

  async remove(id) {
    this.loose.delete(id);
    await this.shelf.remove(id);
  }

  async all() {
    return [...(await this.shelf.all()).filter(({ id }) => !this.loose.has(id)), ...this.loose.values()];
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

class DatabaseShelf {
  constructor(database) {
    this.database = database;
  }

  run(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  put(entry) {
    return this.run("readwrite", (store) => store.put(entry));
  }

  async has(id) {
    return (await this.run("readonly", (store) => store.count(id))) > 0;
  }

  count() {
    return this.run("readonly", (store) => store.count());
  }

  remove(id) {
    return this.run("readwrite", (store) => store.delete(id));
  }

  all() {
    return this.run("readonly", (store) => store.getAll());
  }
}

function openPlainShelf() {
  try {
    localStorage.setItem(`${PREFIX}?`, "1");
    localStorage.removeItem(`${PREFIX}?`);
    return new PlainShelf(localStorage);
  } catch {
    const kept = new Map();
    return new PlainShelf({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
      key: (index) => [...kept.keys()][index] ?? null,
      get length() {
        return kept.size;
      },
    });
  }
}

class PlainShelf {
  constructor(storage) {
    this.storage = storage;
  }

  async put(entry) {
    this.storage.setItem(PREFIX + entry.id, JSON.stringify(entry));
  }

  async has(id) {
    return this.storage.getItem(PREFIX + id) !== null;
  }

  async count() {
    return this.keys().length;
  }

  async remove(id) {
    this.storage.removeItem(PREFIX + id);
  }

  keys() {
    return Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index)).filter((key) => key.startsWith(PREFIX));
  }

  async all() {
    return this.keys().map((key) => JSON.parse(this.storage.getItem(key)));
  }
}
