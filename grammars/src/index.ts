/** What vringside knows of the languages it reads. Small tables are gathered here; a larger one is imported by its subject, e.g. `@vringside/grammars/dialect`. */
export * from './relevance.js';
