#include "src/records.hpp"

#include <tracker/error.hpp>
#include <tracker/json.hpp>

#include "base/clock.hpp"
#include "src/run_options.hpp"

namespace tracker {

spool::EndState end_state(RunState state) {
  switch (state) {
    case RunState::kFinished:
      return spool::EndState::kFinished;
    case RunState::kFailed:
      return spool::EndState::kFailed;
    case RunState::kStopped:
      break;
  }
  return spool::EndState::kStopped;
}

spool::AlertLevel level_of(AlertLevel level) {
  switch (level) {
    case AlertLevel::kInfo:
      return spool::AlertLevel::kInfo;
    case AlertLevel::kWarning:
      return spool::AlertLevel::kWarning;
    case AlertLevel::kError:
      break;
  }
  return spool::AlertLevel::kError;
}

spool::Media media_record(std::string_view key, const Media& media, std::int64_t step) {
  const auto refuse = [](const char* what) { throw Error(ErrorCode::kInvalidArgument, what); };
  if (key.empty() || media.type.empty()) refuse("media need a key and a type");
  if (media.content.size() > spool::kMaxMediaBytes) refuse("media of more than 1,000,000 bytes");
  return {bounded_text(key, spool::kMaxKeyBytes, "a key"),
          bounded_text(media.type, spool::kMaxMediaTypeBytes, "a type of media"),
          step,
          base::now_us(),
          bounded_text(media.content_type, spool::kMaxContentTypeBytes, "a content type"),
          bounded_text(to_json(media.description), spool::kMaxDescriptionBytes, "a description"),
          media.content};
}

}  // namespace tracker
