// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

std::string what_is_unwanted(const std::string& text) {
    const auto unwanted = find_unwanted(text);
    return unwanted ? std::to_string(unwanted->offset) + ": " + unwanted->what : "nothing";
}

TEST(PlainText, TextOfAnyLanguageIsWanted) {
    for (const char* text : {"", "plain\ttext\r\n", "µmol/l, naïve, 記憶", "\xEF\xBB\xBF with BOM",
                             "\xF0\x9F\xA7\xA0", "\xC2\xA0", "\xEF\xBF\xBD"})
        EXPECT_EQ(what_is_unwanted(text), "nothing") << text;
}

TEST(PlainText, OtherBytesAreFound) {
    EXPECT_EQ(what_is_unwanted("caf\xE9 network"), "3: a byte that is not UTF-8 (0xe9)");
    for (const char* text : {"\xC2", "\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                             "\xE2\x82", "\xFF\xFE"})  // cut, overlong, surrogate, beyond Unicode
        EXPECT_TRUE(what_is_unwanted(text).starts_with("0: a byte that is not UTF-8")) << text;
}

TEST(PlainText, CharactersThatNobodySeesAreFound) {
    EXPECT_EQ(what_is_unwanted(std::string("a\0b", 3)), "1: the control character U+0000");
    EXPECT_EQ(what_is_unwanted("\x1b[2J"), "0: the control character U+001B");
    EXPECT_EQ(what_is_unwanted("\x7f"), "0: the control character U+007F");
    EXPECT_EQ(what_is_unwanted("x\xC2\x85"), "1: the control character U+0085");
    EXPECT_EQ(what_is_unwanted("\xC2\x9F"), "0: the control character U+009F");
    EXPECT_EQ(what_is_unwanted("\xE2\x80\xAE"), "0: U+202E, which changes the direction of text");
    EXPECT_EQ(what_is_unwanted("\xE2\x81\xA9"), "0: U+2069, which changes the direction of text");
    EXPECT_EQ(what_is_unwanted("\xE2\x80\xA8"), "0: U+2028, an unusual end of a line");
    EXPECT_EQ(what_is_unwanted("\xEF\xBF\xBF"), "0: U+FFFF, which is no character");
}

TEST(PlainText, PositionsCountLinesAndCharacters) {
    const std::string text = "µ: 1\r\nb\rcé!\n";
    EXPECT_EQ(position_in(text, text.find('!')).line, 3);
    EXPECT_EQ(position_in(text, text.find('!')).column, 3);
    EXPECT_EQ(position_in(text, 0).column, 1);
}

// The name of a file must not move the cursor, nor the text of a message pass for another.
TEST(PlainText, ControlCharactersAreMadeVisible) {
    EXPECT_EQ(visible("a\x1b[2Jb\rc\x7f"), "a\\x1b[2Jb\\x0dc\\x7f");
    EXPECT_EQ(visible("C1: \xc2\x9b end"), "C1: \\x9b end");
    EXPECT_EQ(visible("µmol/l, naïve, 記憶\tok\n"), "µmol/l, naïve, 記憶\tok\n");
    EXPECT_EQ(visible("cut \xc2"), "cut \\xc2");
    EXPECT_EQ(visible("caf\xe9 \xe2\x80\xae"), "caf\\xe9 \\u202e");
}

TEST(PlainText, OneLineHasNoOther) {
    EXPECT_EQ(one_line("a\nengram: \x1b"
                       "b\r\n\tc\\n"),
              "a\\nengram: \\x1bb\\x0d\\n\tc\\n");
    EXPECT_EQ(one_line(std::string("a\0b", 3)), "a\\x00b");
}

TEST(PlainText, LongTextIsShortenedBetweenCharacters) {
    EXPECT_EQ(shortened("short", 5), "short");
    EXPECT_EQ(shortened("abcdef", 3), "abc... (6 bytes)");
    EXPECT_EQ(shortened("aéz", 2), "a... (4 bytes)");
}

}  // namespace
}  // namespace engram::test
