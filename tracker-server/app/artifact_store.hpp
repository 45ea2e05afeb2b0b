#pragma once

#include <memory>

#include "app/config.hpp"
#include "artifacts/chunk_store.hpp"

namespace tracker::app {

// The store outside of the database that the configuration names; null: there is none. The keys of
// S3 are those of the environment. Throws Error(kInvalidArgument) for what is no store,
// kUnavailable for a folder that cannot be used.
std::unique_ptr<artifacts::ChunkStore> open_artifact_store(const Config& config);

}  // namespace tracker::app
