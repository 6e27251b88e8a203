// Google's own libphonenumber on the strings of a file (each ended by a zero byte): parse as typed in
// the US, ask whether the number exists and where it belongs. Prints, for each round, nanoseconds per
// string, and how many strings were numbers that exist.
//
//   libphonenumber FILE ROUNDS

#include <phonenumbers/phonenumberutil.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> texts;
  for (size_t start = 0; start < bytes.size();) {
    const size_t end = bytes.find('\0', start);
    texts.push_back(bytes.substr(start, end - start));
    start = end + 1;
  }
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    size_t exist = 0, regions = 0;
    const auto from = std::chrono::steady_clock::now();
    for (const std::string& text : texts) {
      PhoneNumber number;
      if (util.Parse(text, "US", &number) != PhoneNumberUtil::NO_PARSING_ERROR) continue;
      std::string region;
      util.GetRegionCodeForNumber(number, &region);
      regions += region.size();
      exist += util.IsValidNumber(number);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - from;
    std::printf("%.3f %zu %zu\n", took.count() / texts.size(), exist, regions);
  }
}
