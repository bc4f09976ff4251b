/** That of package.json; evidence names it too. */
export const VERSION = "0.1.0";
