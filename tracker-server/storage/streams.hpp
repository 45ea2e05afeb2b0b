#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/role.hpp"
#include "frame/frame.hpp"
#include "storage/database.hpp"
#include "storage/resume.hpp"

// Writing what streams bring: registration of writers and group commit. Rules: docs/storage.md,
// "Exactly once".
namespace tracker::storage {

struct Registration {
  core::RunId run;
  core::WriterId writer;
  std::string project;
  std::int64_t now_us = 0;
  core::Resume resume = core::Resume::kNone;
  // The project is not there yet, as far as the caller knows; if it is by now, it may be somebody
  // else's, and the caller has to look again.
  bool makes_project = false;
  std::optional<core::UserId> creator{};  // becomes the admin of a project that is made
};

struct RegisteredWriter {
  std::int64_t stream_id = 0;  // number of (run, writer) in the database
  std::uint64_t acked = 0;
  std::uint64_t epoch = 0;
  bool run_changed = false;                // the run is new, or came back to life
  std::optional<core::Resumed> resumed{};  // if the registration asks
  core::ProjectId project{};
};

// Makes project, run and writer if they are absent, raises the writer's epoch, notes a sign of
// life, and lets a run that had ended run again, unless this writer has said how it ended, or is
// known to be forked from another one. Brings a deleted project back. Throws
// Error(kFailedPrecondition) when the run belongs to another project, kNotFound when it was
// deleted, however long ago, ResumeError when the run must or must not be there, kUnavailable when
// a project was to be made and another made it.
RegisteredWriter register_writer(Database& database, const Registration& registration);

struct FramePart {
  std::uint64_t from = 0, to = 0;
  std::string payload;
  std::shared_ptr<const spool::Frame> frame;  // the payload, decoded
};

// Frames of one writer, in order: each begins where the one before ends. Not empty.
struct Chain {
  std::int64_t stream_id = 0;
  std::uint64_t epoch = 0;
  core::RunId run;
  core::WriterId writer;
  std::vector<FramePart> parts;
};

enum class CommitState {
  kCommitted,
  kRewind,      // it does not begin at `acked`
  kSuperseded,  // the writer registered again
  kUnknown,     // the database does not know this registration: the run was deleted, or the
                // database is an older one. Hello tells which
};

struct ChainResult {
  CommitState state = CommitState::kCommitted;
  std::uint64_t acked = 0;  // where the writer stands now
  bool run_changed = false;
};

// Commits the chains in one transaction, each writer at most once; a result for each. Chains that
// do not fit are left out and say so. When this returns the committed ones are durable. Throws
// PgError: nothing was done, except that after connection_lost() it is unknown whether it was. With
// a fault() of kData one of the chains holds what cannot be stored.
std::vector<ChainResult> commit_chains(PgConnection& connection, std::span<const Chain> chains,
                                       std::int64_t now_us);

// Where the chain's writer stands, and its epoch: what to look at after a commit whose reply was
// lost. epoch 0: it is not there, or its run is deleted; its number may belong to another writer by
// now, if the database was put back to an older state.
struct Standing {
  std::uint64_t acked = 0, epoch = 0;
};
Standing standing_of(PgConnection& connection, const Chain& chain);

}  // namespace tracker::storage
