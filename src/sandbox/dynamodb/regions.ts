import type { Dynalite } from './dynalite.ts';
import { Region, type World } from './region.ts';
import type { SandboxTable } from './table.ts';

/** The regions that have been called so far, each with tables of its own. */
export class Regions {
  readonly #world: World;
  readonly #startDynalite: () => Dynalite;
  readonly #regions = new Map<string, Region>();

  constructor(world: World, startDynalite: () => Dynalite) {
    this.#world = world;
    this.#startDynalite = startDynalite;
  }

  of(name: string): Region {
    const region = this.#regions.get(name) ?? new Region(name, this.#world, this.#startDynalite());
    this.#regions.set(name, region);
    return region;
  }

  /** The one table of a name. @throws Error when no region has it, or several have and none is named */
  table(name: string, region?: string): SandboxTable {
    return this.find(name, region).table;
  }

  /** The one table of a name, and where it is. @throws Error as {@link table} */
  find(name: string, only?: string): { readonly region: Region; readonly table: SandboxTable } {
    const searched = only === undefined ? [...this.#regions.values()] : [this.of(only)];
    const found = searched.flatMap((region) => {
      const table = region.find(name);
      return table === undefined ? [] : [{ region, table }];
    });
    const [table, other] = found;
    if (table === undefined) throw new Error(`The sandbox has no table ${name}: create it first`);
    if (other !== undefined) throw new Error(`Several regions of the sandbox have a table ${name}: name the region`);
    return table;
  }
}
