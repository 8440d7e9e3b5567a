/** A file of the workspace with its content's checksum. `path` is relative to the workspace, with `/`. */
export interface FileStamp {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}
