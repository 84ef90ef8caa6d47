// The calls and bits that `rg` is asked for, as a semantic patch that only reports. Nothing is changed.
virtual report

@call@
identifier f =~ "^(virt_to_phys|virt_to_dma64|virt_to_page|__pa|page_to_phys|page_to_pfn|sg_phys|PFN_PHYS|virt_to_bus|phys_to_dma|virtio_has_feature|__virtio_test_bit|__virtio_set_bit|__virtio_clear_bit|virtio_has_dma_quirk|virtio_has_iommu_quirk|vring_use_dma_api|virtio_cread_feature|vhost_has_feature|virtio_max_dma_size|virtio_features_ok|virtio_check_mem_acc_cb|xen_domain)$";
position p;
@@
f@p(...)

@script:python depends on report@
p << call.p;
f << call.f;
@@
print("%s:%s: %s" % (p[0].file, p[0].line, f))

@flag@
expression e;
position p;
@@
e->use_dma_api@p

@script:python depends on report@
p << flag.p;
@@
print("%s:%s: use_dma_api" % (p[0].file, p[0].line))

@bit@
identifier b =~ "^(VIRTIO_([A-Z0-9]+_)?F_|VHOST_F_)";
position p;
@@
b@p

@script:python depends on report@
p << bit.p;
b << bit.b;
@@
print("%s:%s: %s" % (p[0].file, p[0].line, b))
