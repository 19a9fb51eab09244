import { functionListing } from '../routines/show-functions.ts';
import { procedureListing } from '../scripting/show-procedures.ts';
import type { Listing } from './listing.ts';
import { accountListings } from './show-account.ts';
import { containerListings } from './show-containers.ts';
import { governanceListings } from './show-governance.ts';
import { keyListings } from './show-keys.ts';
import { pipelineListings } from './show-pipeline.ts';
import { relationListings } from './show-relations.ts';

/** What can be shown, by the words after SHOW. */
export const listings: Record<string, Listing> = {
  ...containerListings,
  ...relationListings,
  ...keyListings,
  ...pipelineListings,
  ...governanceListings,
  ...accountListings,
  'USER FUNCTIONS': functionListing,
  PROCEDURES: procedureListing,
  'USER PROCEDURES': procedureListing,
};
