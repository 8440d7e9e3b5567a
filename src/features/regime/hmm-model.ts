/** A hidden Markov chain of `states` states; each emits independent normal features. Flat row-major arrays. */
export interface GaussianHmm {
  readonly states: number;
  readonly features: number;
  /** [state] */
  readonly start: Float64Array;
  /** [from·states + to] */
  readonly transition: Float64Array;
  /** [state·features + feature] */
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

export interface Posterior {
  readonly logLikelihood: number;
  /** [row·states + state] */
  readonly probabilities: Float64Array;
}
