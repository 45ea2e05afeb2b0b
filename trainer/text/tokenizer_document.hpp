#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"
#include "text/models/model_tables.hpp"

// A tokenizer.json in memory, read from a file or made by a conversion.
namespace trainer::text {

struct TokenizerDocument {
  Json json = Json::object();  // where model.vocab and model.merges stand, both are empty
  ModelTables tables;          // what was in them
  std::string place;           // "DIR/tokenizer.json", for messages
};

// Each throws kInvalidInput naming the file and the place in it: no JSON, no object, nested deeper
// than any real file, entries of the tables that are none; kNotFound and kIo for the file itself.
// Scores are read with the library's own rounding (see models/json_number.hpp).
TokenizerDocument read_tokenizer_document(const std::filesystem::path& file);
TokenizerDocument parse_tokenizer_document(std::string_view text, std::string place);

// A vocab.json: {"token": id, …}.
std::vector<VocabularyEntry> read_vocabulary_json(const std::filesystem::path& file);

}  // namespace trainer::text
