import torch

from tracking.bench import OriginalExecution, measure, scene
from tracking.siammask import siammask_small


def test_a_run_measures_both_ways_at_each_size_and_says_how_far_they_agree() -> None:
    network = siammask_small(32).eval().requires_grad_(False)
    threads = torch.get_num_threads()
    small = ("small", network)
    groups = list(measure([small], reference=small, threads=[1], objects=(1, 2), precisions=("fp32",), rounds=1))
    assert torch.get_num_threads() == threads
    rows = [row for group in groups for row in group]
    assert [(row.variant, row.objects) for row in rows] == [("original", 1), ("ours", 1), ("original", 2), ("ours", 2)]
    for row in rows:
        assert row.ms > 0 and row.mask_iou > 0.999 and row.box_px < 0.01
    assert rows[0].ratio == 1.0 and rows[1].ratio == rows[0].ms / rows[1].ms


@torch.inference_mode()
def test_the_original_way_gives_the_same_maps_and_more_work() -> None:
    network = siammask_small(32).eval()
    z, x = (torch.from_numpy(crops).permute(0, 3, 1, 2).float() for crops in scene(1))
    runner = OriginalExecution(network)
    runner.encode_template(z)
    place = torch.tensor([12])
    response, logits = runner.step(x, place, place)
    ours = network.search(network.encode_template(z), x)
    torch.testing.assert_close(response.cls, ours.cls)
    torch.testing.assert_close(logits, network.mask_logits(ours, place, place))


def test_the_scene_is_drawn_the_same_each_time() -> None:
    assert (scene(3)[1] == scene(3)[1]).all() and scene(3)[0].shape == (3, 127, 127, 3)
