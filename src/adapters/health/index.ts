/**
 * Tells over HTTP, to this machine alone, how a session is. Reads what it is given to tell and nothing else; takes no commands, no
 * credentials and no bodies.
 */
export { serveHealth, type HealthServer, type HealthTold } from './health-server.ts';
