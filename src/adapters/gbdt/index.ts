/**
 * Trains gradient-boosted models on worker threads, for whoever holds a list of independent trainings (a model and its folds).
 * It only decides where a training runs: the arithmetic is `ml`'s, and the answer does not depend on the number of threads.
 */
export { createFoldTrainer, type FoldTrainer } from './fold-trainer.ts';
