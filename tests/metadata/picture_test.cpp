// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/metadata/picture.cpp
#include "metadata/picture.h"

#include "element/handles.h"

#include <gtest/gtest.h>

using namespace ooto;
using namespace ooto::metadata;

namespace
{

core::PhotoBytes someBytes()
{
    return std::make_shared<const std::vector<std::uint8_t>>(1000, std::uint8_t{0xab});
}

} // namespace

TEST(Picture, comesBackAndItsBytesAreNeverCopied)
{
    const core::PhotoBytes bytes = someBytes();
    {
        const element::StructureHandle structure(gst_structure_new_empty("some"));
        setPicture(structure.get(), "it", {bytes, true});
        const element::StructureHandle copy(gst_structure_copy(structure.get()));
        const Picture read = pictureOf(copy.get(), "it");
        EXPECT_EQ(read.bytes, bytes);
        EXPECT_TRUE(read.png);
    }
    EXPECT_EQ(bytes.use_count(), 1) << "all was given back";
}

TEST(Picture, isNotWrittenOut)
{
    const element::StructureHandle structure(gst_structure_new_empty("some"));
    setPicture(structure.get(), "it", {someBytes(), false});
    const system::CharsHandle text(gst_structure_to_string(structure.get()));
    EXPECT_LT(std::string(text.get()).size(), 100U) << text.get();
    EXPECT_EQ(std::string(text.get()).find("abab"), std::string::npos) << text.get();
}

TEST(Picture, thatIsNoneOrAnythingElseHasNoBytes)
{
    const element::StructureHandle structure(
        gst_structure_new("some", "it", G_TYPE_STRING, "text", nullptr));
    EXPECT_EQ(pictureOf(structure.get(), "it").bytes, nullptr);
    EXPECT_EQ(pictureOf(structure.get(), "other").bytes, nullptr);
    setPicture(structure.get(), "other", {});
    EXPECT_FALSE(gst_structure_has_field(structure.get(), "other"));
}
