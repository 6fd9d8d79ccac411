export * from '../../domain/figures.ts';
