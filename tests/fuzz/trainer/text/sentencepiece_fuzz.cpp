// A hostile sentencepiece model as the only file of a tokenizer: one byte, whose lowest four bits
// say for which class it is converted, then the model. See tokenizer_checks.hpp.
#include <array>

#include "tokenizer_checks.hpp"

namespace {

struct Kind {
  const char* tokenizer_class;
  const char* file;
};

constexpr std::array<Kind, 16> kKinds = {{{"AlbertTokenizer", "spiece.model"},
                                          {"XLNetTokenizer", "spiece.model"},
                                          {"T5Tokenizer", "spiece.model"},
                                          {"PegasusTokenizer", "spiece.model"},
                                          {"BigBirdTokenizer", "spiece.model"},
                                          {"ReformerTokenizer", "spiece.model"},
                                          {"FNetTokenizer", "spiece.model"},
                                          {"DebertaV2Tokenizer", "spm.model"},
                                          {"XLMRobertaTokenizer", "sentencepiece.bpe.model"},
                                          {"CamembertTokenizer", "sentencepiece.bpe.model"},
                                          {"BarthezTokenizer", "sentencepiece.bpe.model"},
                                          {"MBartTokenizer", "sentencepiece.bpe.model"},
                                          {"NllbTokenizer", "sentencepiece.bpe.model"},
                                          {"XGLMTokenizer", "sentencepiece.bpe.model"},
                                          {"LlamaTokenizer", "tokenizer.model"},
                                          {"GemmaTokenizer", "tokenizer.model"}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trainer::text::fuzz;
  if (size == 0) return 0;
  const Kind& kind = kKinds[data[0] % kKinds.size()];
  put("tokenizer_config.json",
      std::string(R"({"tokenizer_class":")") + kind.tokenizer_class + "\"}");
  put(kind.file, {reinterpret_cast<const char*>(data) + 1, size - 1});
  if (const auto tokenizer = load()) check(*tokenizer, "a the cats' t\u00e9xt\n\u4e2d  <mask> 12");
  std::filesystem::remove(folder() / kind.file);
  return 0;
}
