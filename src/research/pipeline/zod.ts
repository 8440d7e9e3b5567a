import { config, z } from 'zod';

// Settings are read once a process: to compile a schema into a function first, as zod does unless told so before it is made, takes four
// times as long as reading them without.
config({ jitless: true });

export { z };
