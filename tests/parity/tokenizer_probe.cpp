// `tokenizer_probe MODEL_DIRECTORY REQUEST RESPONSE [THREADS]`: what trainer::text makes of many
// texts, for tests/parity/tokenizer_parity.py. All numbers are little-endian.
//
// REQUEST: one line of JSON, an array of groups {"texts": N, "pairs", "add_special_tokens",
// ["max_length"], "strategy", "direction", "offsets", "decode"}; then for each group u64 sizes[N or
// 2N] and the texts' bytes end to end, for pairs all first texts before all second ones.
// RESPONSE: for each group u32 tokens[N], i32 ids[T], i32 type_ids[T], with "offsets" u32
// begin, end [T] in code points, with "decode" twice (special tokens kept, then skipped) u64
// sizes[N] and the bytes. A text that cannot be cut as asked has 0xFFFFFFFF tokens.
// Exit code 3: a component of the tokenizer is not supported; 1: any other error.
#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "config/error.hpp"
#include "text/tokenizer.hpp"

namespace {

using nlohmann::json;
using trainer::text::EncodeOptions;
using trainer::text::Encoding;
using trainer::text::Side;
using trainer::text::Tokenizer;
using trainer::text::TruncationStrategy;

constexpr std::uint32_t kFailed = 0xFFFFFFFF;

struct Group {
  EncodeOptions options;
  bool decode = false;
  std::vector<std::string_view> texts;
  std::vector<std::string_view> seconds;  // empty: no pairs
};

struct Answer {
  std::optional<Encoding> encoding;
  std::string kept, skipped;  // decoded
};

EncodeOptions encode_options(const json& header) {
  EncodeOptions options{.add_special_tokens = header.at("add_special_tokens"),
                        .offsets = header.at("offsets")};
  if (header.contains("max_length")) options.max_length = header.at("max_length");
  const std::string strategy = header.at("strategy");
  if (strategy == "only_first") options.truncation_strategy = TruncationStrategy::kOnlyFirst;
  if (strategy == "only_second") options.truncation_strategy = TruncationStrategy::kOnlySecond;
  options.truncation_side = header.at("direction") == "left" ? Side::kLeft : Side::kRight;
  return options;
}

std::vector<std::string_view> take_texts(std::string_view& rest, std::size_t count) {
  std::vector<std::uint64_t> sizes(count);
  std::memcpy(sizes.data(), rest.data(), count * sizeof(std::uint64_t));
  rest.remove_prefix(count * sizeof(std::uint64_t));
  std::vector<std::string_view> texts;
  for (const std::uint64_t size : sizes) {
    texts.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return texts;
}

std::vector<Group> read_groups(std::string_view request) {
  const std::size_t end = request.find('\n');
  const json headers = json::parse(request.substr(0, end));
  request.remove_prefix(end + 1);
  std::vector<Group> groups;
  for (const json& header : headers) {
    const bool pairs = header.at("pairs");
    const std::size_t texts = header.at("texts");
    Group group{.options = encode_options(header),
                .decode = header.at("decode"),
                .texts = {},
                .seconds = {}};
    group.texts = take_texts(request, pairs ? 2 * texts : texts);
    if (pairs) {
      group.seconds.assign(group.texts.begin() + static_cast<std::ptrdiff_t>(texts),
                           group.texts.end());
      group.texts.resize(texts);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

Answer answer(const Tokenizer& tokenizer, const Group& group, std::size_t i) {
  Answer out;
  try {
    out.encoding = group.seconds.empty()
                       ? tokenizer.encode(group.texts[i], group.options)
                       : tokenizer.encode_pair(group.texts[i], group.seconds[i], group.options);
  } catch (const trainer::Error& error) {
    if (error.code() == trainer::ErrorCode::kUnsupported) throw;
    return out;
  }
  if (group.decode) {
    out.kept = tokenizer.decode(out.encoding->ids, {.skip_special_tokens = false});
    out.skipped = tokenizer.decode(out.encoding->ids, {.skip_special_tokens = true});
  }
  return out;
}

// Threads take blocks of texts from a counter.
class Work {
 public:
  Work(const Tokenizer& tokenizer, const Group& group) : tokenizer_(tokenizer), group_(group) {}

  std::vector<Answer> run(unsigned threads) {
    answers_.resize(group_.texts.size());
    {
      std::vector<std::jthread> helpers;
      for (unsigned i = 1; i < threads; ++i) helpers.emplace_back([this] { work(); });
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(answers_);
  }

 private:
  static constexpr std::size_t kBlock = 64;

  void work() noexcept {
    try {
      for (std::size_t start = next_.fetch_add(kBlock); start < answers_.size();
           start = next_.fetch_add(kBlock)) {
        const std::size_t end = std::min(start + kBlock, answers_.size());
        for (std::size_t i = start; i < end; ++i) answers_[i] = answer(tokenizer_, group_, i);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = answers_.size();
    }
  }

  const Tokenizer& tokenizer_;
  const Group& group_;
  std::vector<Answer> answers_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
};

// Offsets go out as they lie in memory.
static_assert(sizeof(trainer::text::Offset) == 2 * sizeof(std::uint32_t));

template <typename T>
void put(std::ofstream& out, const std::vector<T>& values) {
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

void put_texts(std::ofstream& out, const std::vector<Answer>& answers, std::string Answer::*text) {
  std::vector<std::uint64_t> sizes;
  for (const Answer& answer : answers) sizes.push_back((answer.*text).size());
  put(out, sizes);
  for (const Answer& answer : answers) out << answer.*text;
}

void put_answers(std::ofstream& out, const std::vector<Answer>& answers, const Group& group) {
  std::vector<std::uint32_t> lengths;
  for (const Answer& answer : answers) {
    lengths.push_back(answer.encoding ? static_cast<std::uint32_t>(answer.encoding->ids.size())
                                      : kFailed);
  }
  put(out, lengths);
  for (const Answer& answer : answers) {
    if (answer.encoding) put(out, answer.encoding->ids);
  }
  for (const Answer& answer : answers) {
    if (answer.encoding) put(out, answer.encoding->type_ids);
  }
  if (group.options.offsets) {
    for (const Answer& answer : answers) {
      if (answer.encoding) put(out, answer.encoding->offsets);
    }
  }
  if (group.decode) {
    put_texts(out, answers, &Answer::kept);
    put_texts(out, answers, &Answer::skipped);
  }
}

std::string read_file(const char* name) {
  std::ifstream in(name, std::ios::binary);
  if (!in)
    throw trainer::Error(trainer::ErrorCode::kNotFound, fmt::format("{}: cannot be read", name));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void run(const char* model, const char* request_file, const char* response, unsigned threads) {
  const std::string request = read_file(request_file);
  const Tokenizer tokenizer = Tokenizer::load(model);
  std::ofstream out(response, std::ios::binary | std::ios::trunc);
  for (const Group& group : read_groups(request))
    put_answers(out, Work(tokenizer, group).run(threads), group);
  if (!out.flush())
    throw trainer::Error(trainer::ErrorCode::kIo, fmt::format("{}: cannot be written", response));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: tokenizer_probe MODEL_DIRECTORY REQUEST RESPONSE [THREADS]\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1U);
    return 0;
  } catch (const trainer::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.code() == trainer::ErrorCode::kUnsupported ? 3 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
