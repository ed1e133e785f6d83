// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/report.h"

#include <algorithm>
#include <cstdio>

namespace ooto::visits
{

namespace
{

std::string ratio(double part, double whole)
{
    if (whole <= 0)
        return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", part / whole);
    return text;
}

std::string answerTime(const Row &row)
{
    const std::vector<double> &times = row.score.answersS;
    if (times.empty())
        return "-";
    double sum = 0;
    for (const double timeS : times)
        sum += std::max(0.0, timeS - row.delayS);
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", sum / double(times.size()));
    return text;
}

Row total(const std::string &method, const std::vector<Row> &rows)
{
    Row sum;
    sum.scene = "TOTAL";
    sum.method = method;
    for (const Row &row : rows) {
        sum.score.add(row.score);
        sum.calls += row.calls;
        sum.countedVisits += row.countedVisits;
        sum.countsVisits = row.countsVisits;
        sum.delayS = row.delayS;
    }
    return sum;
}

} // namespace

void printLegend()
{
    std::printf(
        "visits    people in the scene (stays within visit-timeout are one visit), and those of\n"
        "          them with a usable face for 0.4 s; then stays, from coming in to going out\n"
        "own       visits as the method counts them\n"
        "per visit calls, those about anything included, per visit with a usable face\n"
        "missed    stays with a usable face in which the person was never named\n"
        "wrong     faces that carry another person's name: frames, and distinct cases\n"
        "withh     faces with a box but without the name that they had before, frame by frame\n"
        "inher     faces said to be unknown about whom nothing was asked yet, frame by frame\n"
        "unask     people with a usable face about whom nothing was asked\n"
        "ghost     boxes that are on no face, not even a hidden one\n"
        "IoU       mean over every true face of every frame, 0 where it has no box; then the "
        "share\n"
        "          of faces that have a box, and the mean over those\n"
        "answer    s from the first usable frame to the right name, less the service's delay\n\n");
}

void printHead()
{
    std::printf("%-15s %-6s %6s %6s %5s %4s %6s %6s %6s %7s %5s %6s %6s %6s %6s %6s %6s %6s %7s\n",
                "scene", "method", "visits", "usable", "stays", "own", "calls", "/visit", "missed",
                "wrong", "cases", "withh", "inher", "unask", "ghost", "IoU", "boxed", "IoU>0",
                "answer");
}

void printRow(const Row &row)
{
    const Score &score = row.score;
    std::printf("%-15s %-6s %6zu %6zu %5zu %4s %6zu %6s %6zu %7zu %5zu %6zu %6zu %6zu %6zu %6s %6s "
                "%6s %7s\n",
                row.scene.c_str(), row.method.c_str(), score.visits, score.usableVisits,
                score.stays, row.countsVisits ? std::to_string(row.countedVisits).c_str() : "-",
                row.calls, ratio(double(row.calls), double(score.usableVisits)).c_str(),
                score.missed, score.wrongFrames, score.wrongCases, score.withheldFrames,
                score.inheritedFrames, score.unasked, score.ghostFrames,
                ratio(score.iouSum, double(score.trueBoxes)).c_str(),
                ratio(double(score.shownBoxes), double(score.trueBoxes)).c_str(),
                ratio(score.iouSum, double(score.shownBoxes)).c_str(), answerTime(row).c_str());
    std::fflush(stdout);
}

void printKindHead()
{
    std::printf("%-12s %6s %9s %9s %9s %9s %6s %6s %6s\n", "kind", "cases", "wrong in", "wrong",
                "right", "withheld", "calls", "unask", "missed");
}

void printKind(const std::string &kind, const std::vector<Row> &cases)
{
    Row sum;
    std::size_t wrongCases = 0;
    for (const Row &row : cases) {
        sum.score.add(row.score);
        sum.calls += row.calls;
        wrongCases += row.score.wrongFrames > 0;
    }
    std::printf("%-12s %6zu %9zu %9zu %9zu %9zu %6zu %6zu %6zu\n", kind.c_str(), cases.size(),
                wrongCases, sum.score.wrongFrames, sum.score.rightFrames, sum.score.withheldFrames,
                sum.calls, sum.score.unasked, sum.score.missed);
    std::fflush(stdout);
}

void printDetails(const Asked &asked, const std::map<std::string, std::size_t> &reasons)
{
    constexpr std::size_t kFew = 4;
    std::string line;
    for (const auto &[person, count] : asked.people) {
        // Of a crowd only those who are not as they should be.
        if (count != 1 || asked.people.size() <= kFew)
            line += "  " + person + " " + std::to_string(count);
    }
    for (const auto &[code, count] : asked.codes) {
        if (code)
            line += "  code " + std::to_string(code) + ": " + std::to_string(count);
    }
    if (asked.poor)
        line += "  poor photos: " + std::to_string(asked.poor);
    if (asked.nobody)
        line += "  nobody's face: " + std::to_string(asked.nobody);
    if (!line.empty())
        std::printf("    asked:%s (patches differ by up to %.3f, those of others by %.3f)\n",
                    line.c_str(), asked.worstDifference, asked.leastNext);
    for (const auto &[reason, count] : reasons)
        std::printf("    ended without an answer: %s %zu\n", reason.c_str(), count);
}

void printTotals(const std::vector<Row> &ours, const std::vector<Row> &plain,
                 const std::vector<Row> &whole)
{
    const Row a = total("ooto", ours);
    const Row b = total("plain", plain);
    std::printf("\n");
    printHead();
    printRow(a);
    if (!whole.empty())
        printRow(total("whole", whole));
    printRow(b);
    std::printf("\ncalls per stay with a usable face: ooto %s, plain %s; calls ooto/plain: %zu/%zu "
                "= %s\n",
                ratio(double(a.calls), double(a.score.usableStays)).c_str(),
                ratio(double(b.calls), double(b.score.usableStays)).c_str(), a.calls, b.calls,
                ratio(double(a.calls), double(b.calls)).c_str());
}

} // namespace ooto::visits
