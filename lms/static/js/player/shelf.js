// Where do things wait until they are sent? On the device: IndexedDB, else localStorage, else memory; the same few calls.

const DATABASE = "lms-player";
const STORE = "queue";
const PREFIX = "lms-queue:";

/** Open the best shelf that this browser offers. */
export async function openShelf() {
  try {
    return new DatabaseShelf(await openDatabase());
  } catch {
    return openPlainShelf();
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

  async remove(id) {
    this.storage.removeItem(PREFIX + id);
  }

  async all() {
    const keys = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index)).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => JSON.parse(this.storage.getItem(key)));
  }
}
