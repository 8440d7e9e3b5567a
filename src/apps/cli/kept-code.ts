import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

/** Before V8's bytes: the checksum of the text that they were made of, and their own. */
const HEADER_BYTES = 8;

/**
 * Compiles scripts, each with what V8 made of it in an earlier process. Node's own cache is written when a file is compiled, before anything
 * has run, and so it lacks nearly every function: those are translated when they are first called, in every process anew. Here it is written
 * as a process ends well, and holds what that one has called.
 */
export class KeptCode {
  readonly #made: { readonly script: Script; readonly file: string; readonly text: number }[] = [];

  constructor() {
    if (isMainThread) process.once('exit', (code) => this.#keep(code));
  }

  /** The value of a script, which is an expression in ASCII. */
  compile(path: string): unknown {
    const bytes = readFileSync(path);
    const text = crc32(bytes);
    // What one V8 made, with its flags, another does not take.
    const file = `${path}.${cachedDataVersionTag()}.code`;
    const cachedData = readKept(file, text);
    const script = new Script(bytes.toString('latin1'), {
      filename: path,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) this.#made.push({ script, file, text });
    return script.runInThisContext();
  }

  #keep(code: number): void {
    if (code !== 0) return;
    for (const { script, file, text } of this.#made) {
      const data = script.createCachedData();
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(text, 0);
      header.writeUInt32LE(crc32(data), 4);
      try {
        writeFileSync(`${file}.${process.pid}`, Buffer.concat([header, data]));
        renameSync(`${file}.${process.pid}`, file);
      } catch {
        // A disk that is full or not ours to write on: the next process compiles again.
        return;
      }
    }
  }
}

function readKept(file: string, text: number): Buffer | undefined {
  try {
    const kept = readFileSync(file);
    const data = kept.subarray(HEADER_BYTES);
    return kept.readUInt32LE(0) === text && kept.readUInt32LE(4) === crc32(data) ? data : undefined;
  } catch {
    return undefined;
  }
}
