/** Must equal the package's; a test holds it. */
export const toolVersion = '0.1.0';

/** Set by the build to a digest of the sources it bundles. */
declare const VRINGSIDE_BUILD: string | undefined;

/** Names this very program: what one build kept in the cache is no answer of another of the same version. */
export const buildId: string = `${toolVersion}-${typeof VRINGSIDE_BUILD === 'string' ? VRINGSIDE_BUILD : 'source'}`;
