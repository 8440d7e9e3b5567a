/** Loads the strategies and slices that users wrote, in whatever folder they stand. Never decides whether what it loaded fits. */
export { importUserModule } from './user-module.ts';
