// What a server made with Fedify keeps, for tests in which it is killed: a line for each thing, written before it is answered.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import { Temporal } from "@js-temporal/polyfill";

/** How long a key that could not be had is not asked for again: Fedify's ten minutes are no option, and whoever was killed is back sooner. */
const NO_KEY = Temporal.Duration.from({ seconds: 1 });

/** Without a file nothing is kept. */
export class Journal {
  constructor(file) {
    this.file = file;
    this.before = file && existsSync(file) ? readFileSync(file, "utf8").split("\n").flatMap(parsed) : [];
    if (this.before.length) appendFileSync(file, "\n"); // the last line may have been cut off
  }

  read() {
    return this.before;
  }

  write(thing) {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(thing)}\n`);
  }
}

function parsed(line) {
  try {
    return line ? [JSON.parse(line)] : [];
  } catch {
    return [];
  }
}

/** Of all that Fedify remembers only what it has heard already matters after a kill. */
export class KeptKvStore extends MemoryKvStore {
  constructor(journal) {
    super();
    this.journal = journal;
    for (const one of journal.read()) if (one.heard) super.set(one.heard, true);
  }

  async set(key, value, options) {
    const noKey = key[1] === "publicKey" && (value === null || key.includes("__fetchError"));
    await super.set(key, value, noKey ? { ttl: NO_KEY } : options);
    if (key[1] === "activityIdempotence" && value === true) this.journal.write({ heard: key });
  }
}

/** Fedify's own queue, of which each message stands in the journal until it was worked on: at least once. */
export class KeptQueue {
  nativeRetrial = false;

  constructor(journal) {
    this.journal = journal;
    this.inner = new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } });
    this.next = Date.now();
  }

  /** Queue again what no process has done. */
  remember() {
    const left = new Map();
    for (const one of this.journal.read()) {
      if (one.queued) left.set(one.queued, one);
      else if (one.done) left.delete(one.done);
    }
    for (const { queued: id, message, orderingKey } of left.values()) this.inner.enqueue({ id, message }, { orderingKey });
  }

  enqueue(message, options) {
    const id = `${this.next++}`;
    this.journal.write({ queued: id, message, orderingKey: options?.orderingKey });
    return this.inner.enqueue({ id, message }, options);
  }

  async enqueueMany(messages, options) {
    for (const message of messages) await this.enqueue(message, options);
  }

  listen(handler, options) {
    return this.inner.listen(async ({ id, message }) => {
      try {
        await handler(message);
        this.journal.write({ done: id });
      } catch (error) {
        console.error(error); // it would end the server; the next one tries it again
      }
    }, options);
  }
}
