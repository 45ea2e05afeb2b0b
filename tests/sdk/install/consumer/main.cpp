#include <tracker/run.hpp>

int main(int, char** arguments) {
  tracker::RunSettings settings;
  settings.project = "consumer";
  settings.directory = arguments[1];
  settings.offline = true;
  tracker::Run run = tracker::Run::start(settings);
  run.log({{"loss", 0.5}});
}
