#include "api/prepared.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "api/adapter.hpp"
#include "api/output_directory.hpp"
#include "api/train_options.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "data/fingerprint.hpp"
#include "models/loading.hpp"
#include "models/model_types.hpp"
#include "nn/runtime.hpp"
#include "train/checkpoint.hpp"
#include "train/checkpoint_folders.hpp"
#include "train/objective.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;

// What is trained and evaluated on; of a stream `train` says what its rows are, without them.
struct Sources {
  FineTuneRows rows;
  std::optional<data::ShuffledStream> stream;
};

data::ShuffledStream open_stream(const FineTuneOptions& o, const data::DatasetOptions& options,
                                 const data::Selection& selection) {
  return data::ShuffledStream(
      data::DatasetSource(options), selection,
      {.buffer = o.no_shuffle ? 1 : o.shuffle_buffer_size, .seed = o.shuffle_seed});
}

// What a stream's place in an epoch depends on, in place of a digest of texts that nobody has seen.
std::string stream_fingerprint(const FineTuneOptions& o, const data::ShuffledStream& stream) {
  return fmt::format("stream of {} rows of {}, seed {}, buffer {}", stream.rows(), o.data.dataset,
                     o.shuffle_seed, o.no_shuffle ? 1 : o.shuffle_buffer_size);
}

Sources read_rows(const FineTuneOptions& o, const ModelFiles& files, const train::Say& say) {
  data::DatasetOptions options = dataset_options(o.data, o.data.dataset);
  expect_labels(files, options);
  data::DatasetSource source(options);
  const data::Selection of_train = selection(o.data, o.train_samples, o.shuffle_seed);
  Sources out;
  if (o.streaming) {
    out.stream.emplace(open_stream(o, options, of_train));
    out.rows.train = out.stream->about();
    out.rows.train->origin = o.data.dataset + " (streamed)";
    out.rows.train->fingerprint = stream_fingerprint(o, *out.stream);
  } else {
    out.rows.train = source.read(data::Split::kTrain, of_train);
  }
  if (o.eval_strategy == "no") return out;
  data::Selection of_evaluation = of_train;
  of_evaluation.samples = o.eval_samples;
  if (!o.eval_dataset.empty()) {
    source = data::DatasetSource(dataset_options(o.data, o.eval_dataset));
    of_evaluation.test_size.reset();
  } else if (!of_train.test_size && !source.has_evaluation()) {
    say(
        fmt::format("no evaluation: {} has no test split; name one with --eval-dataset, or take a "
                    "part of the training rows with --test-size",
                    o.data.dataset));
    return out;
  }
  source.keep_labels_of(*out.rows.train);
  out.rows.evaluation = source.read(data::Split::kTest, of_evaluation);
  return out;
}

// Rows that the caller made have no file to be named after.
void complete(data::Dataset& rows) {
  if (rows.origin.empty()) rows.origin = "rows in memory";
  if (rows.rows.empty()) throw Error(ErrorCode::kInvalidInput, rows.origin + ": no rows");
  if (rows.fingerprint.empty()) rows.fingerprint = data::fingerprint_of(rows.rows);
}

// New weights that an adapter leaves frozen are told apart: nothing trains them.
void report_load(models::LoadReport report, const nn::ParameterSet& set, const train::Say& say) {
  std::set<std::string> frozen;
  for (const nn::Parameter& parameter : set.parameters()) {
    if (parameter.spec.gradient != nn::Gradient::kTrained)
      frozen.insert(parameter.spec.stored_name);
  }
  const auto kept =
      std::stable_partition(report.missing.begin(), report.missing.end(),
                            [&](const std::string& name) { return !frozen.contains(name); });
  if (kept != report.missing.end()) {
    say(
        fmt::format("new weights that stay as they are drawn: {}; train them with "
                    "--lora-modules-to-save",
                    fmt::join(kept, report.missing.end(), ", ")));
  }
  report.missing.erase(kept, report.missing.end());
  for (const std::string& line : models::lines_of(report)) say(line);
}

// ", 296450 of them trained" where adapters leave the rest frozen.
std::string trained_share(const nn::ParameterSet& set) {
  std::int64_t trained = 0;
  for (const nn::Parameter& parameter : set.parameters()) {
    if (parameter.spec.gradient == nn::Gradient::kTrained) trained += parameter.size;
  }
  return trained == set.size() ? "" : fmt::format(", {} of them trained", trained);
}

std::string tokens_text(const Prepared& p) {
  return p.stream ? "streamed" : fmt::format("{} tokens", p.train.ids.size());
}

void describe(const Prepared& p, const train::Say& say) {
  const nn::ParameterSet& set = p.model->parameters();
  say(
      fmt::format("{}: {} parameters{}, {}; {}; {} rows, {}, at most {} tokens each; evaluation on "
                  "{} rows",
                  p.files->config.type->name, set.size(), trained_share(set),
                  nn::name_of(set.compute()), data::name_of(p.files->config.problem()), p.rows(),
                  tokens_text(p), p.max_length, p.evaluation ? p.evaluation->size() : 0));
  if (p.train_summary) say(fmt::format("train: {}", data::to_text(*p.train_summary)));
  if (p.eval_summary) say(fmt::format("eval: {}", data::to_text(*p.eval_summary)));
}

// What the model is said to be made from: a resumed run need not be told again.
std::string base_model(const FineTuneOptions& o, const std::optional<fs::path>& checkpoint,
                       const ModelFiles& files) {
  if (!files.version.empty()) return "tracker://" + files.version;
  if (!o.model.empty() || !checkpoint) return o.model;
  const std::string kept = train::base_model_of(*checkpoint);
  return kept.empty() ? checkpoint->string() : kept;
}

// A resumed run goes on in what it computed in: "auto" may be something else today.
nn::Compute compute_of(const FineTuneOptions& o, const std::optional<fs::path>& checkpoint) {
  const bool is_kept = o.dtype == "auto" && checkpoint;
  const std::string kept = is_kept ? train::compute_dtype_of(*checkpoint) : std::string();
  return nn::compute_from_name(kept.empty() ? o.dtype : kept);
}

Sources sources_of(const FineTuneOptions& o, FineTuneRows given, const ModelFiles& files,
                   const train::Say& say) {
  if (given.train && o.streaming)
    throw Error(ErrorCode::kUsage, "--streaming: the rows are in memory already");
  Sources out;
  if (given.train) {
    out.rows = std::move(given);
  } else {
    out = read_rows(o, files, say);
  }
  if (!out.stream) complete(*out.rows.train);
  if (out.rows.evaluation) complete(*out.rows.evaluation);
  return out;
}

// The rows' ids and what there is to say of them.
void add_tokens(Prepared& p, Sources& sources, const data::TokenCacheSettings& cache) {
  const auto summary = [&p](const data::Dataset& rows, const data::TokenArena& arena) {
    return data::summarize(rows, arena.offsets, static_cast<std::int64_t>(p.max_length));
  };
  const data::Dataset& train = *sources.rows.train;
  if (sources.stream) {
    p.stream = std::make_unique<TokenStream>(std::move(*sources.stream), *p.files, p.max_length,
                                             train.origin);
  } else {
    p.train = tokenize_rows(train, *p.files, p.max_length, cache);
    train::check_labels(p.train, p.files->config, train.origin);
    p.train_summary = summary(train, p.train);
  }
  if (!sources.rows.evaluation) return;
  p.evaluation_rows = std::move(sources.rows.evaluation);
  p.evaluation = tokenize_rows(*p.evaluation_rows, *p.files, p.max_length, cache);
  train::check_labels(*p.evaluation, p.files->config, p.evaluation_rows->origin);
  p.eval_summary = summary(*p.evaluation_rows, *p.evaluation);
}

}  // namespace

std::int64_t Prepared::rows() const {
  return stream ? stream->rows() : static_cast<std::int64_t>(train.size());
}

Prepared prepare(const FineTuneOptions& o, FineTuneRows given, const hub::Progress& downloads,
                 const train::Say& say) {
  Prepared p;
  if (!o.resume_from_checkpoint.empty())
    p.checkpoint = train::find_checkpoint(o.resume_from_checkpoint);
  check_output_directory(o.output_dir, p.checkpoint);
  p.files = std::make_unique<ModelFiles>(open_model(p.checkpoint ? p.checkpoint->string() : o.model,
                                                    p.checkpoint ? "main" : o.revision, downloads));
  p.base_model = base_model(o, p.checkpoint, *p.files);
  p.opened = fs::file_time_type::clock::now();
  Sources sources = sources_of(o, std::move(given), *p.files, say);
  p.data = used_data(o, sources.rows);
  p.origin = sources.rows.train->origin;
  p.fingerprint = sources.rows.train->fingerprint;
  settle_labels(*p.files, *sources.rows.train);
  settle_adapter(o, *p.files);
  if (o.dropout) models::override_dropout(p.files->config, *o.dropout);
  p.max_length = text_limit(*p.files, o.max_length, 512);
  add_tokens(p, sources, token_cache(o.token_cache, [say](std::string_view message) {
               say("token cache: " + config::printable(std::string(message), 1000));
             }));
  models::check_fit(p.files->config, p.files->tensors, p.files->adapter);
  nn::set_seed(o.seed);
  p.model.emplace(p.files->config, compute_of(o, p.checkpoint), nn::Purpose::kTrain);
  report_load(load_weights(*p.model, *p.files), p.model->parameters(), say);
  p.tokenizer_files = models::read_files(p.files->tokenizer.files());
  describe(p, say);
  return p;
}

}  // namespace trainer::api
