#include "text/decoders/simple.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kDecoders =
    "BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Sequence, Strip, "
    "WordPiece";

Cleanup load_cleanup(const Component& component) {
  return bool_field_or(component, "cleanup", true) ? Cleanup::kOn : Cleanup::kOff;
}

std::unique_ptr<Decoder> load_ctc(const Component& component) {
  CtcOptions options;
  options.pad_token = string_field_or(component, "pad_token", "<pad>");
  options.word_delimiter_token = string_field_or(component, "word_delimiter_token", "|");
  options.cleanup = load_cleanup(component);
  return std::make_unique<CtcDecoder>(std::move(options));
}

std::unique_ptr<Decoder> load_strip(const Component& component) {
  StripDecoder::Options options;
  options.content = character_field(component, "content");
  options.start = static_cast<std::size_t>(id_field(component, "start"));
  options.stop = static_cast<std::size_t>(id_field(component, "stop"));
  return std::make_unique<StripDecoder>(options);
}

std::unique_ptr<Decoder> load_decoders(const Component& component) {
  const Component list = component.at("decoders");
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  std::vector<std::unique_ptr<Decoder>> parts;
  for (std::size_t i = 0; i < list.json.size(); ++i) parts.push_back(load_decoder(list.element(i)));
  return std::make_unique<SequenceDecoder>(std::move(parts));
}

}  // namespace

std::unique_ptr<Decoder> load_decoder(const Component& component) {
  const std::string type = component.type();
  if (type == "BPEDecoder")
    return std::make_unique<BpeDecoder>(string_field_or(component, "suffix", "</w>"));
  if (type == "ByteFallback") return std::make_unique<ByteFallbackDecoder>();
  if (type == "ByteLevel") return std::make_unique<ByteLevelDecoder>();
  if (type == "CTC") return load_ctc(component);
  if (type == "Fuse") return std::make_unique<FuseDecoder>();
  if (type == "Metaspace") return std::make_unique<MetaspaceDecoder>(load_metaspace(component));
  if (type == "Replace") {
    return std::make_unique<ReplaceDecoder>(load_pattern(component.at("pattern")),
                                            string_field(component, "content"));
  }
  if (type == "Sequence") return load_decoders(component);
  if (type == "Strip") return load_strip(component);
  if (type == "WordPiece") {
    return std::make_unique<WordPieceDecoder>(string_field_or(component, "prefix", "##"),
                                              load_cleanup(component));
  }
  throw_unsupported(component, type, kDecoders);
}

}  // namespace trainer::text
