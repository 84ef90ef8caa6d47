/** Must equal the package's; a test holds it. */
export const toolVersion = '0.1.0';
