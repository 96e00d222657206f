// Unsent edits on this device: ciphertext in IndexedDB, the key in memory only.

const NAME = "handline-outbox";
const STORE = "edits";

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** One transaction; resolved when it is on the disk, not when it was asked for. */
function transact(db, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, mode, { durability: "strict" });
    const answer = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(answer?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export class Vault {
  /** @param {{key: string, tag: string}} given by the server after sign-in */
  static async unlock(given) {
    const vault = new Vault();
    vault.tag = given.tag;
    vault.key = await crypto.subtle.importKey("raw", bytes(given.key), "AES-GCM", false, ["encrypt", "decrypt"]);
    vault.db = await open();
    vault.db.onversionchange = () => vault.db.close();
    navigator.storage?.persist?.().catch(() => {});
    return vault;
  }

  async seal(record) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(record));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, plain);
    return { tag: this.tag, iv, data, made: Math.floor(Date.now() / 1000) };
  }

  /** @returns {Promise<number>} its place in the order */
  async add(record) {
    const sealed = await this.seal(record);
    return transact(this.db, "readwrite", (store) => store.add(sealed));
  }

  /** One record in the place of some, in one transaction. */
  async replace(seqs, record) {
    const sealed = await this.seal(record);
    const seq = seqs.at(-1);
    await transact(this.db, "readwrite", (store) => {
      for (const old of seqs.slice(0, -1)) store.delete(old);
      store.put({ ...sealed, seq });
    });
    return seq;
  }

  remove(seqs) {
    return transact(this.db, "readwrite", (store) => {
      for (const seq of seqs) store.delete(seq);
    });
  }

  /** This person's records in order; those of others stay sealed and are only counted. */
  async all() {
    const rows = await transact(this.db, "readonly", (store) => store.getAll());
    const mine = [];
    this.others = 0;
    for (const row of rows) {
      if (row.tag !== this.tag) {
        this.others += 1;
        continue;
      }
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, this.key, row.data);
      mine.push({ ...JSON.parse(new TextDecoder().decode(plain)), seq: row.seq, made: row.made });
    }
    return mine;
  }
}

/** Where the browser refuses storage: the edits live as long as the tab. */
export class Memory {
  rows = [];
  last = 0;
  others = 0;
  async add(record) {
    this.rows.push({ ...record, seq: ++this.last, made: Math.floor(Date.now() / 1000) });
    return this.last;
  }
  async replace(seqs, record) {
    const seq = seqs.at(-1);
    this.rows = this.rows.filter((row) => !seqs.includes(row.seq)).concat({ ...record, seq });
    this.rows.sort((a, b) => a.seq - b.seq);
    return seq;
  }
  async remove(seqs) {
    this.rows = this.rows.filter((row) => !seqs.includes(row.seq));
  }
  async all() {
    return structuredClone(this.rows);
  }
}
