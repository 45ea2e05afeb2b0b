#include "ingest/registrar.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include <tracker/error.hpp>

#include "core/log_text.hpp"

namespace tracker::ingest {

Registrar::Registrar(storage::Database& database, const core::Clock& clock, Admission admission,
                     Registered registered)
    : database_(database),
      clock_(clock),
      admission_(admission),
      registered_(std::move(registered)) {}

Registrar::~Registrar() { stop(); }

void Registrar::start(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void Registrar::stop() {
  std::deque<std::shared_ptr<Session>> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  changed_.notify_all();
  for (const auto& session : left) session->close("the server is stopping");
  threads_.clear();
}

void Registrar::enqueue(std::shared_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(session));
      changed_.notify_one();
      return;
    }
  }
  session->close("the server is stopping");
}

void Registrar::work() {
  for (;;) {
    std::shared_ptr<Session> session;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      session = std::move(queue_.front());
      queue_.pop_front();
    }
    answer(session);
  }
}

void Registrar::answer(const std::shared_ptr<Session>& session) {
  if (!session->waits()) return;
  const Identity& identity = session->identity();
  try {
    storage::Registration wanted{identity.run, identity.writer, identity.project, clock_.now_us(),
                                 identity.resume};
    const auto who = admission_.admit(*session, wanted);
    const storage::RegisteredWriter writer = storage::register_writer(database_, wanted);
    admission_.keep(session, who, writer.project);
    session->registered(writer);
    registered_(session, writer);
  } catch (const storage::ResumeError& error) {
    session->refused({RefusalReason::kResume, error.what(), error.remedy()});
  } catch (const Error& error) {
    if (auto refusal = refusal_of(error)) return session->refused(*std::move(refusal));
    if (error.code() == ErrorCode::kNotFound) {
      session->refused({RefusalReason::kRunGone, error.what(),
                        "start a new run, or bring this one back with `tracker runs restore` and "
                        "then run `tracker sync`"});
      return;
    }
    if (error.code() == ErrorCode::kFailedPrecondition) {
      session->refused(
          {RefusalReason::kRunGone, error.what(), "log to that project, or start a new run"});
      return;
    }
    spdlog::warn("event=hello_failed run={} error={} detail={}", identity.run.text(),
                 core::quoted(error.what()), core::quoted(error.detail()));
    session->close("the server cannot reach its database");
  } catch (const std::exception& error) {
    spdlog::error("event=hello_failed run={} error={}", identity.run.text(),
                  core::quoted(error.what()));
    session->close("internal error");
  }
}

}  // namespace tracker::ingest
