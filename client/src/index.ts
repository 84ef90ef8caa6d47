/** The editor extension is not part of this version; see README.md. */
export {};
