import { hash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

const SHA256_BYTES = 32;

interface Made {
  readonly script: Script;
  readonly file: string;
  readonly text: Buffer;
}

/**
 * Compiles scripts, each with what V8 made of it in an earlier process. Node's own cache is written when a file is compiled, before anything
 * has run, and so it lacks nearly every function: those are translated when they are first called, in every process anew. Here it is written
 * as a process ends well, and holds what that one has called. V8 takes only what the same V8 made under the same flags, but of a text it
 * compares no more than the length: so both the text's hash and that of what was made stand before it.
 */
export class KeptCode {
  readonly #made: Made[] = [];

  /** The value of a script, which is an expression in ASCII. */
  compile(path: string): unknown {
    const bytes = readFileSync(path);
    const text = sha256(bytes);
    const file = `${path}.code`;
    const cachedData = readKept(file, text);
    const script = new Script(bytes.toString('latin1'), { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
    if (cachedData === undefined || script.cachedDataRejected === true) this.#keepLater({ script, file, text });
    return script.runInThisContext();
  }

  #keepLater(made: Made): void {
    if (this.#made.length === 0) process.once('exit', (code) => code === 0 && keep(this.#made));
    this.#made.push(made);
  }
}

function keep(made: readonly Made[]): void {
  const mark = randomUUID();
  try {
    for (const { script, file, text } of made) {
      const data = script.createCachedData();
      writeFileSync(`${file}.${mark}`, Buffer.concat([text, sha256(data), data]));
      renameSync(`${file}.${mark}`, file);
    }
  } catch {
    // A disk that is full or not ours to write on: the next process compiles again.
  }
}

function readKept(file: string, text: Buffer): Buffer | undefined {
  try {
    const kept = readFileSync(file);
    const data = kept.subarray(2 * SHA256_BYTES);
    const isWhole = sha256(data).equals(kept.subarray(SHA256_BYTES, 2 * SHA256_BYTES));
    return isWhole && text.equals(kept.subarray(0, SHA256_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

const sha256 = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer');
