#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/dataset_artifact.hpp"
#include "api/fine_tune.hpp"
#include "api/model_files.hpp"
#include "api/token_stream.hpp"
#include "data/summary.hpp"
#include "data/tokens/token_arena.hpp"
#include "models/classifier.hpp"
#include "models/stored_file.hpp"

namespace trainer::api {

// Everything that is read before training begins.
struct Prepared {
  std::unique_ptr<ModelFiles> files;  // where it is: the stream reads it
  std::vector<models::StoredFile> tokenizer_files;
  std::optional<models::Classifier> model;
  data::TokenArena train;               // empty where rows are streamed
  std::unique_ptr<TokenStream> stream;  // null where they are not
  std::optional<data::TokenArena> evaluation;
  std::optional<data::Dataset> evaluation_rows;
  std::size_t max_length = 0;
  std::optional<std::filesystem::path> checkpoint;
  std::string base_model;      // what the model was made from; of the tracker's, which version
  std::vector<UsedData> data;  // files that were read
  std::filesystem::file_time_type opened;  // before they were
  std::string origin;
  std::string fingerprint;
  std::optional<data::Summary> train_summary;  // absent of a stream
  std::optional<data::Summary> eval_summary;

  std::int64_t rows() const;  // trained on in an epoch
};

// Opens model, rows and tokens, settles labels and adapter, and draws what the model lacks; says
// what people should know of it. Throws Error.
Prepared prepare(const FineTuneOptions& options, FineTuneRows rows, const hub::Progress& downloads,
                 const train::Say& say);

}  // namespace trainer::api
