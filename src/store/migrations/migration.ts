import type { Compilable, SchemaModule } from 'kysely';
import type { ColumnTypes } from '../database.ts';

/** One step of the schema. Once released it is never changed: a later step corrects it. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** The statements, in order; they run in one transaction. */
  readonly statements: (schema: SchemaModule, types: ColumnTypes) => readonly Compilable[];
}
