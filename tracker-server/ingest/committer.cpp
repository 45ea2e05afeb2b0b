#include "ingest/committer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <tracker/error.hpp>

#include "core/log_text.hpp"
#include "ingest/meters.hpp"
#include "storage/quarantine.hpp"

namespace tracker::ingest {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{2'000};
constexpr int kAttemptsWhenStopping = 20;
constexpr std::size_t kStreamsADelay = 100, kMostDelays = 5;

// Will the same commit succeed once the database is well again?
bool passes(storage::SqlFault fault) {
  return fault == storage::SqlFault::kConnection || fault == storage::SqlFault::kRetry ||
         fault == storage::SqlFault::kResources;
}

}  // namespace

Committer::Committer(storage::Database& database, const core::Clock& clock,
                     CommitterOptions options, Publish publish)
    : database_(database), clock_(clock), options_(options), publish_(std::move(publish)) {}

Committer::~Committer() { stop(); }

void Committer::start() {
  thread_ = std::jthread([this] { work(); });
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Committer::enqueue(std::shared_ptr<Session> session, storage::FramePart part,
                        std::uint64_t generation) {
  bool room = true;
  const auto now = std::chrono::steady_clock::now();
  meters().queue_bytes.add(static_cast<std::int64_t>(part.payload.size()));
  {
    const std::lock_guard lock(mutex_);
    queued_bytes_ += part.payload.size();
    room = queued_bytes_ < options_.queue_bytes;
    if (!room) blocked_.push_back(session);
    const bool wake = queue_.empty() || queued_bytes_ >= options_.group_bytes;
    queue_.push_back({std::move(session), std::move(part), generation, now});
    if (!wake) return room;
  }
  changed_.notify_one();
  return room;
}

void Committer::work() {
  for (;;) {
    std::vector<Queued> queued = gather();
    if (queued.empty()) return;
    Group group = chain(std::move(queued));
    streams_ = group.chains.size();
    commit(std::move(group));
  }
}

milliseconds Committer::delay() const {
  return options_.group_delay * std::clamp<std::size_t>(streams_ / kStreamsADelay, 1, kMostDelays);
}

// Waits for a first frame, then for the group to close. Empty when the committer ends.
std::vector<Committer::Queued> Committer::gather() {
  std::vector<Queued> out;
  std::vector<std::weak_ptr<Session>> unblocked;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    changed_.wait_for(lock, delay(),
                      [this] { return stopping_ || queued_bytes_ >= options_.group_bytes; });
    std::size_t bytes = 0;
    while (!queue_.empty() && (bytes < options_.group_bytes || out.empty())) {
      bytes += queue_.front().part.payload.size();
      out.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queued_bytes_ -= bytes;
    meters().queue_bytes.add(-static_cast<std::int64_t>(bytes));
    if (queued_bytes_ < options_.queue_bytes / 2) unblocked.swap(blocked_);
  }
  for (const auto& weak : unblocked)
    if (const auto session = weak.lock()) session->unblock();
  return out;
}

Committer::Group Committer::chain(std::vector<Queued> queued) {
  Group group;
  std::map<const Session*, std::size_t> index;
  for (Queued& q : queued) {
    const std::uint64_t bytes = q.part.payload.size();
    if (q.generation != q.session->generation()) {
      q.session->discarded(bytes);
      continue;
    }
    const auto [found, fresh] = index.try_emplace(q.session.get(), group.chains.size());
    if (fresh) {
      const Session& s = *q.session;
      group.chains.push_back({s.stream_id(), s.epoch(), s.identity().run, s.identity().writer, {}});
      group.members.push_back({q.session, 0, q.since});
    }
    group.chains[found->second].parts.push_back(std::move(q.part));
    group.members[found->second].bytes += bytes;
  }
  leave_superseded(group);
  return group;
}

// A writer may have two streams here while the older one learns that it is superseded. A statement
// takes one of them.
void Committer::leave_superseded(Group& group) {
  std::map<std::int64_t, std::uint64_t> newest;
  for (const storage::Chain& chain : group.chains)
    newest[chain.stream_id] = std::max(newest[chain.stream_id], chain.epoch);
  Group kept;
  for (std::size_t i = 0; i < group.chains.size(); ++i) {
    if (group.chains[i].epoch == newest[group.chains[i].stream_id]) {
      kept.chains.push_back(std::move(group.chains[i]));
      kept.members.push_back(std::move(group.members[i]));
      continue;
    }
    Group old;
    old.chains.push_back(std::move(group.chains[i]));
    old.members.push_back(std::move(group.members[i]));
    settle(old, std::vector<storage::ChainResult>{{storage::CommitState::kSuperseded, 0, false}});
  }
  group = std::move(kept);
}

void Committer::commit(Group group) {
  milliseconds wait = kFirstPause;
  for (int attempt = 1; !group.chains.empty(); ++attempt) {
    std::string reason;
    try {
      if (storage::PgConnection* connection = connect()) {
        if (attempt > 1) after_doubt(group);
        if (group.chains.empty()) return;
        const auto began = std::chrono::steady_clock::now();
        const auto results = storage::commit_chains(*connection, group.chains, clock_.now_us());
        meters().commit_time.observe(std::chrono::steady_clock::now() - began);
        return settle(group, results);
      }
      reason = "the database is away";
    } catch (const storage::PgError& error) {
      if (connection_ && (*connection_)->broken()) connection_.reset();
      reason = error.what();
      if (!passes(error.fault())) return single_out(group, error);
      if (!error.retryable()) connection_.reset();
    } catch (const std::exception& error) {
      return single_out(group, error);
    }
    meters().commit_retries.add();
    if (attempt == 1 || attempt % 10 == 0)
      spdlog::warn("event=commit_waits attempt={} error={}", attempt, core::quoted(reason));
    if (!pause(wait) && attempt >= kAttemptsWhenStopping) return abandon(group, reason);
    wait = std::min(wait * 2, kLongestPause);
  }
}

// The last try may have been committed although its reply was lost: the writers' rows say so.
void Committer::after_doubt(Group& group) {
  Group open;
  Group done;
  std::vector<storage::ChainResult> results;
  for (std::size_t i = 0; i < group.chains.size(); ++i) {
    storage::Chain& chain = group.chains[i];
    const storage::Standing standing = storage::standing_of(**connection_, chain);
    const bool committed = standing.epoch == chain.epoch && standing.acked == chain.parts.back().to;
    Group& to = committed ? done : open;
    to.chains.push_back(std::move(chain));
    to.members.push_back(std::move(group.members[i]));
    // What the records changed is unknown here; a change too many does no harm.
    if (committed) results.push_back({storage::CommitState::kCommitted, standing.acked, true});
  }
  group = std::move(open);
  settle(done, results);
}

void Committer::settle(Group& group, std::span<const storage::ChainResult> results) {
  Committed committed;
  std::set<core::RunId> changed;
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < results.size(); ++i) {
    storage::Chain& chain = group.chains[i];
    const Member& member = group.members[i];
    const storage::ChainResult& result = results[i];
    switch (result.state) {
      case storage::CommitState::kCommitted:
        if (result.run_changed) changed.insert(chain.run);
        for (storage::FramePart& part : chain.parts)
          committed.frames.push_back(
              {chain.run, chain.writer, part.from, part.to, std::move(part.frame)});
        member.session->committed(result.acked, member.bytes);
        meters().payload_bytes.add(member.bytes);
        meters().ack_time.observe(now - member.since);
        break;
      case storage::CommitState::kRewind:
        member.session->rewound(result.acked, member.bytes);
        break;
      case storage::CommitState::kSuperseded:
        member.session->refused({RefusalReason::kSuperseded,
                                 "this writer has registered again elsewhere",
                                 "nothing: the newer one delivers"});
        break;
      case storage::CommitState::kUnknown:
        spdlog::warn("event=registration_unknown run={} writer={} epoch={}", chain.run.text(),
                     chain.writer.text(), chain.epoch);
        member.session->close("the database does not know this registration: register again");
        break;
    }
  }
  committed.changed_runs.assign(changed.begin(), changed.end());
  if (committed.frames.empty()) return;
  meters().commits.add();
  meters().frames.add(committed.frames.size());
  meters().group_frames.observe(std::uint64_t{committed.frames.size()});
  publish_(std::move(committed));
}

// One writer must not stop the others: each is tried alone. The one that fails then is refused for
// good if its data are at fault; else its stream is closed, and its client comes again.
void Committer::single_out(Group& group, const std::exception& error) {
  if (group.chains.size() > 1) {
    for (std::size_t i = 0; i < group.chains.size(); ++i) {
      Group alone;
      alone.chains.push_back(std::move(group.chains[i]));
      alone.members.push_back(std::move(group.members[i]));
      commit(std::move(alone));
    }
    return;
  }
  if (!storage::is_data_fault(error)) return abandon(group, error.what());
  const storage::Chain& chain = group.chains.front();
  spdlog::error("event=frames_refused run={} writer={} from={} to={} error={}", chain.run.text(),
                chain.writer.text(), chain.parts.front().from, chain.parts.back().to,
                core::quoted(error.what()));
  group.members.front().session->refused({RefusalReason::kCorruptFrame,
                                          "the frame from " +
                                              std::to_string(chain.parts.front().from) +
                                              " holds a value that cannot be stored",
                                          "report this as a defect"});
}

void Committer::abandon(Group& group, const std::string& reason) {
  spdlog::error("event=commit_given_up streams={} error={}", group.chains.size(),
                core::quoted(reason));
  connection_.reset();
  meters().commits_given_up.add();
  for (const Member& member : group.members) member.session->close("the server cannot commit now");
}

storage::PgConnection* Committer::connect() {
  if (connection_ && !(*connection_)->broken()) return &**connection_;
  connection_.reset();
  try {
    connection_.emplace(database_.pg());
  } catch (const Error&) {
    return nullptr;
  }
  return &**connection_;
}

// False when the committer is to stop: the wait is cut short then.
bool Committer::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace tracker::ingest
