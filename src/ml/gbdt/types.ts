import type { Rng, WasmMemory } from '#core';

/** Rows to learn from or to score, column by column. NaN in a column means missing. */
export interface GbdtData {
  readonly rows: number;
  readonly featureNames: readonly string[];
  /** One array of `rows` values a feature, in the order of `featureNames`. */
  readonly columns: readonly Float64Array[];
  /** 0 or 1 (logistic), 0 … classes − 1 (softmax), any finite number (regression). */
  readonly labels: Float64Array;
  /** Not negative, total above zero; one each when absent. */
  readonly weights?: Float64Array;
}

export type GbdtObjective = 'logistic' | 'softmax' | 'regression';

/** Settings of one training; `resolveGbdtParams` fills the defaults and names what is wrong. */
export interface GbdtParams {
  readonly objective: GbdtObjective;
  /** Trees (softmax: rounds of one tree a class). */
  readonly rounds: number;
  readonly learningRate: number;
  /** `histogram` bins each feature into at most `maxBins` quantile bins; `exact` tries every distinct value. */
  readonly treeMethod: 'histogram' | 'exact';
  /** `leafwise` splits the leaf with the largest gain next, `depthwise` goes level by level. */
  readonly growth: 'leafwise' | 'depthwise';
  /** 0 = no limit but the depth. */
  readonly maxLeaves: number;
  /** 0 = no limit but the leaves. */
  readonly maxDepth: number;
  /** Least sum of hessians in a child. */
  readonly minChildWeight: number;
  /** Least number of rows in a child. */
  readonly minSamplesInLeaf: number;
  /** L2 on leaf values. */
  readonly lambda: number;
  /** L1 on leaf values. */
  readonly alpha: number;
  /** After growing, a split of two leaves that gained less than this is undone, from the bottom up. */
  readonly gamma: number;
  /** While growing, only splits that gain more than this are made. */
  readonly minGain: number;
  /** Share of rows drawn, without replacement, for each round. */
  readonly rowSample: number;
  /** Share of columns drawn for each tree; at least one. */
  readonly columnSample: number;
  /** 2 … 255; missing values have a bin of their own beside these. */
  readonly maxBins: number;
  /** Stop when the validation loss has not improved for this many rounds; 0 = never. Needs a validation slice. */
  readonly earlyStoppingRounds: number;
  /** 1: the prediction never falls as the feature rises; −1: never rises. By feature name. */
  readonly monotone: Readonly<Record<string, 1 | -1 | 0>>;
  /** Start of the prediction: a probability (logistic), a value (regression), or one margin for all classes (softmax: any gives equal shares). `null`: the weighted mean of the labels. */
  readonly baseScore: number | null;
  /** Softmax only; 0 = one more than the largest label. */
  readonly classes: number;
}

export interface GbdtTrainOptions {
  /** Drawn from only when rows or columns are sampled. */
  readonly rng: Rng;
  /** A later slice that no training row overlaps; the caller purges it. */
  readonly validation?: GbdtData;
  /** `plain` runs without WebAssembly; both give the same bits. */
  readonly kernel?: 'wasm' | 'plain';
  /** A second thread for this one training; without it, or without WebAssembly, one thread does all. */
  readonly partner?: GbdtPartner;
}

/** What a training lends to the thread that helps it: memory that both see, and plain numbers. */
export interface GbdtShare {
  readonly seat: KernelSeat;
  /** Byte offset of the words and numbers through which the two speak. */
  readonly control: number;
  /** First feature of the helper's half. */
  readonly first: number;
}

/** A second thread that takes half of the features of every histogram and split search. The model has the same bytes without it. */
export interface GbdtPartner {
  /** Hands the share to the other thread, which calls `assistGbdt` with it; until it does, the training works alone. */
  join(share: GbdtShare): void;
}

/** All that a thread must know to work on the memory of a training; plain data beside the memory itself. */
export interface KernelSeat {
  readonly memory: WasmMemory;
  readonly shape: readonly [rows: number, features: number, stride: number, slotBins: number, counted: number];
  readonly places: readonly number[];
  readonly limits: readonly [lambda: number, minChildWeight: number, minSamplesInLeaf: number];
}

/** One tree as flat arrays. Node 0 is the root; a leaf has feature −1. Row goes left when `x < threshold`. */
export interface GbdtTree {
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1: a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Leaf: what is added to the margin. Inner node: what it would add were it a leaf. */
  readonly value: Float64Array;
  /** Loss reduction of the split (without the factor ½); 0 for a leaf. */
  readonly gain: Float64Array;
  /** Sum of hessians. */
  readonly cover: Float64Array;
}

/** A trained model; plain data. Trees stand round by round, in a round class by class. */
export interface GbdtModel {
  readonly objective: GbdtObjective;
  readonly featureNames: readonly string[];
  /** Margins a row: 1, or the number of classes. */
  readonly outputs: number;
  /** Start margin of each output. */
  readonly baseMargins: Float64Array;
  readonly trees: readonly GbdtTree[];
  /** Validation loss after each round, when a validation slice was given. */
  readonly validationLoss: readonly number[];
  /** Rounds kept: the best by validation when early stopping is on, else all. */
  readonly rounds: number;
}
