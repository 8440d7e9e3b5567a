/** Node's compression, loaded by who compresses: loading it is a hundredth of a short command. */
export const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');
