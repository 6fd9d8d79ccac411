export { createCatalogue } from './catalogue.ts';
export type { Catalogue, CatalogueOptions, ModelEntry, ModelFacts, PriceSource } from './catalogue.ts';
export { boundFromAnchor, estimateMessage, estimateRequest } from './estimate.ts';
export type { Anchor, EstimateOptions } from './estimate.ts';
export type { TokenLimits } from './limits.ts';
export type { TokenRange } from './media-tokens.ts';
export { countTokens } from './tokenizer.ts';
