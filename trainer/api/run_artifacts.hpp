#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <tracker/run.hpp>

#include "api/dataset_artifact.hpp"
#include "api/saved_model.hpp"
#include "train/hooks.hpp"
#include "train/metrics.hpp"

namespace trainer::api {

// What is done one after the other on a thread of its own.
class Errands {
 public:
  using Errand = std::function<void(const std::stop_token&)>;
  enum class Priority {
    kUsual,
    kLowest,  // only what training leaves
  };
  explicit Errands(Priority priority = Priority::kUsual) : priority_(priority) {}
  ~Errands() { end(End::kAsked); }

  // Waits while sixteen are waiting.
  void post(Errand errand);
  enum class End { kDone, kAsked };
  // Waits until all are done; kAsked: those that look at their stop token end early.
  void end(End how);

 private:
  void run(const std::stop_token& stop);

  const Priority priority_;
  std::mutex mutex_;  // guards the two below
  std::deque<Errand> waiting_;
  bool closed_ = false;
  std::condition_variable changed_;
  std::jthread thread_;
};

struct ModelLogSettings {
  bool at_end = false;
  bool checkpoints = false;
  std::string name = {};                 // of the artifact
  std::filesystem::path directory = {};  // the run's; models are kept in a folder of it for moments
  tracker::Dict about = {};              // metadata of every version
};

struct FinalModel {
  const SavedModel& saved;
  const train::TrainerState& state;
  const train::Metrics& evaluation;
  bool best = false;
};

// What a run used and made, handed to the tracker (docs/trainer.md): the model it began from, its
// data, checkpoints as they are saved, the model at the end. The training thread links files and
// goes on; checksums, copies to another file system and all that is sent are others' work. What
// cannot be handed over is said and costs nothing else. Where training goes on from a checkpoint,
// what a killed process kept and did not hand over is handed over first; what it did hand over is
// perhaps handed over again, which makes no second version. Calls are the training thread's.
class RunArtifacts : public train::Hook {
 public:
  RunArtifacts(std::shared_ptr<tracker::Run> run, ModelLogSettings settings, train::Say say);

  void use_model(const std::string& name);  // "tracker://imdb/model:v3"
  void use_data(std::vector<UsedData> data, std::filesystem::file_time_type opened);
  void began(const train::TrainerState& state) override;
  void saved(const train::TrainerState& state, const std::filesystem::path& checkpoint) override;
  void log_final(const FinalModel& model);

  // Nothing is handed over afterwards. To be called before the run ends; checksums that are not
  // known by then are waited for, or given up.
  void end(Errands::End how);
  // After the run has ended: says what became of all that was handed over, for which it waits up to
  // half a minute if a server is in reach. The version of the final model, "" if no server has it
  // yet.
  std::string report();

 private:
  void hand_over(const std::function<std::vector<std::filesystem::path>()>& files,
                 tracker::ArtifactSettings settings);
  void post(tracker::ArtifactSettings kept);
  tracker::ArtifactSettings version_of(const train::TrainerState& state) const;
  // `what` is the word for it in report(): an alias of a model.
  enum class Use { kMade, kUsed };
  void keep(std::string what, Use use, tracker::ArtifactTicket ticket);
  void wait_for_server() const;

  std::shared_ptr<tracker::Run> run_;
  ModelLogSettings settings_;
  train::Say say_;
  int folders_ = 0;
  struct Handed {
    std::string what;
    Use use;
    tracker::ArtifactTicket ticket;
  };
  std::mutex mutex_;  // guards the next two while the errands run
  std::vector<Handed> handed_;
  std::vector<std::string> unrecorded_;  // lines for report() of data that could not be read
  // The last members: they end before the others go.
  Errands models_;
  Errands checksums_{Errands::Priority::kLowest};
};

}  // namespace trainer::api
