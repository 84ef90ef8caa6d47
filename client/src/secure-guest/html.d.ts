export interface PageParts {
  /** Where the view may load from, as the editor names it. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}
export declare function pageHtml({ cspSource, script, style }: PageParts): string;
