export { createCatalogue } from './catalogue.ts';
export type { Catalogue, CatalogueOptions, ModelEntry, ModelFacts, PriceSource } from './catalogue.ts';
export { estimateFrame, estimateMessage, estimateRequest } from './estimate.ts';
export type { EstimateOptions, RequestFrame } from './estimate.ts';
export type { TokenLimits } from './limits.ts';
export { readerOf } from './message-tokens.ts';
export { boundFromAnchor, storedRange } from './stored-tokens.ts';
export type { Anchored, CountedMessage, CountedRange } from './stored-tokens.ts';
export { countTokens } from './tokenizer.ts';
