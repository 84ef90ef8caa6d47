/** What vringside knows of the languages it reads. One file a subject; import the subject, e.g. `@vringside/grammars/dialect`. */
export {};
