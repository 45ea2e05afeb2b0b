#include "ingest/ingest.hpp"

#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

#include "core/log_text.hpp"
#include "ingest/attribute_refresher.hpp"
#include "ingest/committer.hpp"
#include "ingest/compactor.hpp"
#include "ingest/registrar.hpp"
#include "ingest/session.hpp"
#include "ingest/sweeper.hpp"

namespace tracker::ingest {
namespace {

constexpr std::size_t kRegistrarThreads = 2;

}  // namespace

class Ingest::Impl final : public SessionSink {
 public:
  Impl(storage::Database& database, const core::Clock& clock, IngestOptions options)
      : options_(std::move(options)),
        compactor_(database, clock, options_),
        refresher_(database, clock, options_.refresh_interval),
        committer_(database, clock,
                   {options_.group_delay, options_.group_bytes, options_.queue_bytes},
                   [this](Committed committed) { on_commit(std::move(committed)); }),
        sweeper_(database, clock, options_.sweep_interval,
                 [this](const std::vector<core::RunId>& runs) { on_dead(runs); }),
        registrar_(
            database, clock, Admission(options_.gate, options_.watch),
            [this](const std::shared_ptr<Session>& session,
                   const storage::RegisteredWriter& writer) { on_registered(session, writer); }) {}

  void set_listener(CommitListener listener) { listener_ = std::move(listener); }

  void start() {
    committer_.start();
    compactor_.start();
    refresher_.start();
    sweeper_.start();
    registrar_.start(kRegistrarThreads);
  }

  void stop() {
    registrar_.stop();
    committer_.stop();
    for (const auto& session : sweeper_.open_sessions()) session->close("the server is stopping");
    sweeper_.stop();
    compactor_.stop();
    refresher_.stop();
  }

  void enqueue_hello(std::shared_ptr<Session> session, const Identity&) override {
    registrar_.enqueue(std::move(session));
  }

  bool enqueue_frame(std::shared_ptr<Session> session, storage::FramePart part,
                     std::uint64_t generation) override {
    return committer_.enqueue(std::move(session), std::move(part), generation);
  }

  const IngestOptions& options() const noexcept { return options_; }

 private:
  void on_commit(Committed committed) {
    compactor_.note(committed);
    publish(committed);
  }

  void on_dead(const std::vector<core::RunId>& runs) {
    for (const core::RunId& run : runs) compactor_.note_end(run);
    Committed committed;
    committed.changed_runs = runs;
    publish(committed);
  }

  void on_registered(const std::shared_ptr<Session>& session,
                     const storage::RegisteredWriter& writer) {
    sweeper_.watch(session);
    const Identity& identity = session->identity();
    spdlog::info("event=stream_open run={} writer={} project={} epoch={} acked={}",
                 identity.run.text(), identity.writer.text(), core::quoted(identity.project),
                 writer.epoch, writer.acked);
    if (!writer.run_changed) return;
    Committed committed;
    committed.changed_runs.push_back(identity.run);
    publish(committed);
  }

  // Commits, sweeps and Hellos come from different threads; the listener hears them one at a time.
  void publish(const Committed& committed) {
    if (!listener_) return;
    const std::lock_guard lock(publish_mutex_);
    listener_(committed);
  }

  const IngestOptions options_;
  CommitListener listener_;
  std::mutex publish_mutex_;  // held while the listener runs; nothing else is taken under it
  Compactor compactor_;
  AttributeRefresher refresher_;
  Committer committer_;
  Sweeper sweeper_;
  Registrar registrar_;
};

Ingest::Ingest(storage::Database& database, const core::Clock& clock, IngestOptions options)
    : impl_(std::make_unique<Impl>(database, clock, std::move(options))) {}
Ingest::~Ingest() { impl_->stop(); }
void Ingest::set_listener(CommitListener listener) { impl_->set_listener(std::move(listener)); }
void Ingest::start() { impl_->start(); }
void Ingest::stop() { impl_->stop(); }
std::shared_ptr<Session> Ingest::open(std::shared_ptr<SessionOutput> output) {
  return open(std::move(output), {});
}
std::shared_ptr<Session> Ingest::open(std::shared_ptr<SessionOutput> output, Caller caller) {
  return std::make_shared<Session>(*impl_, std::move(output), impl_->options(), std::move(caller));
}
const IngestOptions& Ingest::options() const noexcept { return impl_->options(); }

}  // namespace tracker::ingest
