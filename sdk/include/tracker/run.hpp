#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/artifact.hpp>
#include <tracker/media.hpp>
#include <tracker/value.hpp>

namespace tracker {

// One scalar of a row. The key's text must live until log() returns.
struct Scalar {
  std::string_view key;
  double value;
};

enum class RunState { kFinished, kFailed, kStopped };

enum class Summarize { kLast, kMin, kMax, kMean, kBest, kNone };
enum class Goal { kNone, kMinimize, kMaximize };

// How a metric is to be shown. Its key, up to 512 bytes, may hold globs ("eval/*").
struct MetricDefinition {
  std::string step_metric;  // key whose value is the x axis; empty: the row's step
  Summarize summary = Summarize::kLast;
  Goal goal = Goal::kNone;
  bool hidden = false;
};

// What is to become of a run that is there already, or is not. Rules: docs/run-semantics.md.
enum class Resume {
  kNone,   // it gets one more writer, whose steps begin at 0; a run that is not there is made
  kAllow,  // the same, but steps go on where the run stands
  kMust,   // start() throws unless the run is there
  kNever,  // start() throws if it is
  kAuto,   // the last run of this project on this machine and directory if it did not finish, else
           // a new one; as kAllow
};

// A place in another run.
struct RunStep {
  std::string run;  // its id
  std::int64_t step = 0;
};

enum class AlertLevel { kInfo, kWarning, kError };

// Limits are in bytes of UTF-8; NUL and bytes that are not UTF-8 become U+FFFD (three bytes) first.
struct RunSettings {
  std::string project;  // required, up to 200; made on the server if it is not there
  // A UUID; empty: $TRACKER_RUN_ID, else a new one. Processes that name the same id are writers of
  // one run, the ranks of a distributed training say; give all the same project, name and tags. The
  // run ends when all of them have ended.
  std::string id;
  // Which of the writers this is, from 0; absent: $RANK, if the id was given. Ranks above 0 capture
  // no console, and their system metrics and environment are told apart by "rankN/".
  std::optional<int> rank;
  // All but kNone wait for the server, at most `resume_patience`. Without a server in reach kAllow
  // and kAuto go by the spools of this machine, and so does every offline run; else start() throws
  // Error(kUnavailable).
  Resume resume = Resume::kNone;
  std::chrono::milliseconds resume_patience{30'000};
  // The new run begins as that one was, up to and with the step; its own steps go on behind it.
  // Nothing is copied. A run that the server does not have in the project is no error here: the run
  // then stands alone, and its environment says why.
  std::optional<RunStep> fork_from;
  // Of the run with `id`, what was logged at steps above this one counts no more, and steps go on
  // behind it.
  std::optional<std::int64_t> rewind_to;
  std::string name;                 // up to 512; empty: a readable one is generated
  std::string group;                // up to 512
  std::string job_type;             // up to 512
  std::vector<std::string> tags;    // up to 1,000 of up to 512
  std::string notes;                // up to 64 KiB
  Dict config;                      // hyperparameters known at the start; up to 1 MiB as JSON
  std::string server;               // empty: default_server() of <tracker/server.hpp>
  std::filesystem::path directory;  // empty: $TRACKER_DIR, else ~/.local/share/tracker
  std::filesystem::path relay;      // program tracker-relay; empty: beside this program, then $PATH
  bool offline = false;             // write the spool only; `tracker sync` delivers it later
  bool capture_console = true;      // stdout and stderr of this process, as lines
  bool capture_git = true;          // commit, branch, remote, and what differs from the commit
  std::chrono::milliseconds system_interval{
      2000};  // CPU, memory, disk, network, GPU; 0 switches it off
};

// How far delivery has come; what a progress line shows.
enum class Delivery {
  kStarting,  // the relay has not reported yet
  kOnline,    // the server acknowledges
  kOffline,   // no server or no relay: the spool keeps everything
  kRefused,   // the server refused for good; see delivery_message()
};

// A run being written by this process.
//
// Every call appends to a memory-mapped log and returns: no network, no lock held across a system
// call, no fsync on the caller's thread. It waits only when the log is written faster than files
// can be prepared for it (hundreds of MB a second), and only for that; finish() waits for the
// server. What a returned call has logged survives SIGKILL of the process; power loss costs what
// was logged since the last sync began: one begins a second after the one before has ended. start()
// throws tracker::Error; nothing after it throws: what a full disk has no room for and what is
// beyond a limit is dropped, counted in dropped_rows() and in a Gap record, and each reason is said
// once on stderr. All methods may be called from any thread. After fork() the child, once it logs,
// writes as a writer of its own, and its finishing does not end the run.
class Run {
 public:
  // Makes the spool directory, starts tracker-relay (unless offline) and returns without waiting
  // for the server (but see Resume). Throws Error: no project, a text beyond its limit, a run that
  // must or must not be there (kFailedPrecondition), a directory that cannot be
  // written, a login file that is not JSON.
  static Run start(RunSettings settings);

  // A moved-from Run may only be destroyed or assigned to; assignment finishes the run it replaces.
  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  // finish() as kFinished, or as kFailed while an exception is in flight; waits as that does.
  ~Run();

  // Appends a row. Without a step it takes the last one plus one. Rows of equal step are merged,
  // later values win. A key not seen before costs a dictionary record; keep the set of keys small.
  // NaN and infinities are kept. A value is dropped alone when its key is empty, longer than 512
  // bytes, or one more than 100,000 keys or 4 MB of them.
  void log(std::initializer_list<Scalar> scalars,
           std::optional<std::int64_t> step = std::nullopt) noexcept;
  void log(std::span<const Scalar> scalars,
           std::optional<std::int64_t> step = std::nullopt) noexcept;

  // Merges into the config or the summary; nested dicts merge key by key. Up to 1 MiB of JSON.
  void config(const Dict& values) noexcept;
  void summary(const Dict& values) noexcept;
  void define_metric(std::string_view key, const MetricDefinition& definition) noexcept;
  // Something to look at, at a step; without one, that of the last row. Several of one key and step
  // are kept, in order. Its key has up to 512 bytes.
  void log_media(std::string_view key, const Media& media,
                 std::optional<std::int64_t> step = std::nullopt) noexcept;
  // Asks the server to tell people (webhook, e-mail: as it was set up), unless it did so for this
  // run and title within `quiet`. Title up to 512 bytes, text up to 16 KiB. Returns at once.
  void alert(std::string_view title, std::string_view text, AlertLevel level = AlertLevel::kInfo,
             std::chrono::seconds quiet = std::chrono::seconds(60)) noexcept;
  // As RunSettings limits them.
  void set_tags(const std::vector<std::string>& tags) noexcept;
  void set_notes(std::string_view notes) noexcept;

  // Hands a version of an artifact to the relay, which makes it at the server, with this run as its
  // maker, whatever becomes of this process; without a server, `tracker sync` does. Files are
  // copied first (see ArtifactFiles), which takes as long as that takes. What is against the rules,
  // or cannot be read, is said on stderr and by the ticket.
  ArtifactTicket log_artifact(const ArtifactSettings& settings) noexcept;
  // Notes that the run uses a version; fetch_artifact() gets its files.
  ArtifactTicket use_artifact(std::string_view name) noexcept;
  // Notes that the run uses what is described, which becomes a version if it is none yet: data that
  // nobody else puts there. The run is not its maker.
  ArtifactTicket use_artifact(const ArtifactSettings& settings) noexcept;

  // Ends the run and waits up to `timeout` until the server has acknowledged everything; then the
  // relay is left to it. Waits less when nothing is to be expected: no relay, refused, or no server
  // for two seconds. True if all was acknowledged. Idempotent: later calls do nothing, and what is
  // logged afterwards is ignored and not counted. `reason` is a line for people.
  bool finish(RunState state = RunState::kFinished, std::string_view reason = {},
              std::chrono::milliseconds timeout = std::chrono::seconds(30)) noexcept;

  // Of the next row that is logged without a step, if no other thread logs one before.
  std::int64_t next_step() const noexcept;

  const std::string& id() const noexcept;       // UUID
  const std::string& name() const noexcept;     //
  const std::string& project() const noexcept;  //
  std::filesystem::path directory() const noexcept;
  // Address of the run's page, once the relay has met a server; empty before.
  std::string url() const noexcept;
  Delivery delivery() const noexcept;
  std::string delivery_message() const noexcept;  // why offline or refused, with the remedy
  // Rows, single values of rows and other records that were not written: no room, or beyond a
  // limit.
  std::uint64_t dropped_rows() const noexcept;

 private:
  class Impl;
  explicit Run(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker
